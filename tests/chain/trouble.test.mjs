// SPDX-License-Identifier: GPL-3.0-or-later
// What goes wrong on a board: its bus, its sensor, its firmware.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {account, compare, lossless, onBoardPluggedIn}
    from './emulator/fixture.mjs';
import {OK} from './emulator/host.mjs';
import {LOST, crc32c} from './emulator/wire.mjs';

const BOARD = 0x30, FAULT = 0x31, FORGET = 0x32;
const RESET = {POWER: 1, WATCHDOG: 4, FAULT: 5, HANG: 6}; // wire_board.h
const HARD = 1, HANG = 2;
const BRANCH_TO_ITSELF = 0xe7fe;
const SCRATCH_CODE = 0x2003e000; // memory that the firmware leaves alone

test('NACKs on the bus are tried again, and cost nothing', () =>
    onBoardPluggedIn((board) => {
        board.startStream(416);
        for (let k = 0; k < 10; k++) {
            board.run(97);
            board.sensor.nacks = 1;
        }
        board.run(300);
        const frames = board.stopStream();
        assert.ok(board.status().busErrors >= 10);
        return (truth) => lossless(frames, truth);
    }));

test('a sensor silent for 3 s: the loss is known to the sample', () =>
    onBoardPluggedIn((board) => {
        board.startStream(416);
        board.run(700);
        board.sensor.nacks = Infinity;
        board.run(3000);
        board.sensor.nacks = 0;
        board.run(1000);
        const frames = board.stopStream();
        return (truth) => {
            const losses = account(frames);
            compare(frames, truth);
            assert.equal(losses.length, 1);
            assert.ok(losses[0].flags & LOST.FIFO, 'the FIFO ran over');
            assert.ok(losses[0].lost > 1000);
        };
    }));

for (const clocks of [1, 5, 9]) {
    test(`SDA held low for ${clocks} clocks is freed`, () =>
        onBoardPluggedIn((board) => {
            board.startStream(833);
            board.run(700);
            board.wires.hold(clocks);
            const freed = () => board.wires.held === 0;
            assert.ok(board.run(25, freed), 'it was clocked free at once');
            board.run(500);
            const frames = board.stopStream();
            return (truth) => lossless(frames, truth);
        }));
}

test('a bus that stays stuck does not stop the rest', () =>
    onBoardPluggedIn((board) => {
        board.startStream(104);
        board.run(700);
        board.wires.hold(Infinity);
        board.run(5000);
        assert.equal(board.status().state, 3, 'the sensor does not answer');
        assert.deepEqual(board.resets, []);
        board.wires.hold(0);
        board.run(2000);
        assert.equal(board.status().state, 1);
        const frames = board.stopStream();
        return () => {
            const losses = account(frames);
            assert.equal(losses.length, 1);
        };
    }));

test('words that vanish from the FIFO are missed at their place', () =>
    onBoardPluggedIn((board) => {
        board.startStream(208);
        board.run(700);
        board.sensor.dropWords(6);
        board.run(500);
        const frames = board.stopStream();
        return (truth) => {
            const losses = account(frames);
            compare(frames, truth);
            assert.ok(losses.length === 1 && losses[0].lost <= 3);
            assert.equal(losses[0].flags, LOST.BUS);
        };
    }));

test('a word garbled on the bus is seen by its tag', () =>
    onBoardPluggedIn((board) => {
        board.startStream(208);
        board.run(700);
        board.sensor.flipTags(1);
        board.run(500);
        const frames = board.stopStream();
        assert.ok(board.status().tagErrors >= 1);
        return (truth) => {
            const losses = account(frames);
            compare(frames, truth);
            assert.equal(losses.length, 1);
            assert.equal(losses[0].lost, 1);
        };
    }));

test('a sensor that lost power is set up anew', () =>
    onBoardPluggedIn((board) => {
        board.startStream(208);
        board.run(700);
        board.sensor.powerCycle();
        board.run(1500);
        const frames = board.stopStream();
        assert.equal(board.status().restarts, 1);
        return () => {
            const losses = account(frames);
            assert.equal(losses.length, 1);
            assert.ok(losses[0].lost > 10 && losses[0].lost < 250,
                `${losses[0].lost}`);
            assert.ok(frames.at(-1).index > 350);
        };
    }));

// The processor of a chip that failed starts again, tells why, and works.
function recovers(board, cause) {
    assert.equal(board.resets.length, 1);
    board.plugIn();
    const [status, bytes] = board.ask(BOARD, 64);
    assert.equal(status, OK);
    assert.equal(bytes[0], cause);
    board.received.length = 0;
    board.startStream(104);
    board.run(600);
    const frames = board.stopStream();
    return (truth) => lossless(frames, truth);
}

function readFault(board) {
    const bytes = board.ask(FAULT, 64)[1];
    const view = new DataView(bytes.buffer);
    assert.equal(crc32c(bytes.subarray(0, 60)), view.getUint32(60, true));
    return {kind: bytes[0], pc: view.getUint32(4 + 4 * 6, true),
        uptime: view.getUint32(40, true)};
}

test('a wild jump: reset, and the record says where it was', () =>
    onBoardPluggedIn((board) => {
        board.startStream(104);
        board.run(500);
        board.chip.core.PC = 0x30000000;
        board.chip.core.waiting = false;
        assert.ok(board.run(100, () => board.resets.length > 0));
        const check = recovers(board, RESET.FAULT);
        const fault = readFault(board);
        assert.equal(fault.kind, HARD);
        assert.equal(fault.pc, 0x30000000);
        assert.ok(fault.uptime > 500);
        assert.equal(board.tell(FORGET)[0], OK);
        assert.equal(board.ask(FAULT, 64)[1][0], 0);
        return check;
    }));

test('the record of a fault is kept over another reset', () =>
    onBoardPluggedIn((board) => {
        board.chip.core.PC = 0x30000000;
        board.chip.core.waiting = false;
        board.run(100, () => board.resets.length > 0);
        board.plugIn();
        hang(board, true);
        assert.ok(board.run(5000, () => board.resets.length > 1));
        board.plugIn();
        assert.ok(board.ask(BOARD, 64)[1][3], 'there is a record');
    }));

// Puts the processor into an endless loop.
function hang(board, masked) {
    const {core, sramView} = board.chip;
    sramView.setUint16(SCRATCH_CODE - 0x20000000, BRANCH_TO_ITSELF, true);
    core.PC = SCRATCH_CODE;
    core.PM = masked;
    core.waiting = false;
}

test('a main loop that hangs: reset within 2 s, with a record', () =>
    onBoardPluggedIn((board) => {
        board.run(300);
        hang(board, false);
        const before = board.ms;
        assert.ok(board.run(3000, () => board.resets.length > 0));
        assert.ok(board.ms - before < 2000, `${board.ms - before} ms`);
        const check = recovers(board, RESET.HANG);
        const fault = readFault(board);
        assert.equal(fault.kind, HANG);
        assert.equal(fault.pc, SCRATCH_CODE);
        return check;
    }));

test('a hang with interrupts off: the watchdog bites', () =>
    onBoardPluggedIn((board) => {
        board.run(300);
        hang(board, true);
        assert.ok(board.run(5000, () => board.resets.length > 0));
        return recovers(board, RESET.WATCHDOG);
    }));

test('a reset in the middle of a read frees the bus first', () =>
    onBoardPluggedIn((board) => {
        board.startStream(1667);
        board.run(500);
        assert.ok(board.run(100, () => board.chip.i2c[0].direction === 'read' &&
            board.chip.i2c[0].rx.length > 2));
        hang(board, true);
        board.wires.hold(9);
        board.run(5000, () => board.resets.length > 0);
        board.wires.hold(9);
        return recovers(board, RESET.WATCHDOG);
    }));

test('power lost in mid-stream, at any moment', () =>
    onBoardPluggedIn((board) => {
        for (let k = 0; k < 4; k++) {
            board.startStream(1667);
            board.run(400 + 1.7 * k);
            board.listening = false;
            board.powerCycle();
            board.plugIn();
            assert.equal(board.ask(BOARD, 64)[1][0], RESET.POWER);
            assert.equal(board.status().state, 0);
        }
        board.received.length = 0;
        board.startStream(104);
        board.run(600);
        const frames = board.stopStream();
        return (truth) => lossless(frames, truth);
    }));
