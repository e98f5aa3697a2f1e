// SPDX-License-Identifier: GPL-3.0-or-later
// What the board does beside streaming: what it says of itself, its sleep, and
// whether it finds out what the pin is that may be the sensor's interrupt.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {image, lossless, onBoardPluggedIn} from './emulator/fixture.mjs';
import {OK} from './emulator/host.mjs';

// firmware/core/wire_board.h
const REQUEST_BOARD = 0x30, RESET_POWER = 1;
const PIN_UNKNOWN = 0, PIN_USED = 1, PIN_SILENT = 2, PIN_NOISY = 3;
const INT1 = 24;

function tell(board) {
    const [status, bytes] = board.ask(REQUEST_BOARD, 64);
    assert.equal(status, OK);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return {
        reset: bytes[0],
        pin: bytes[1],
        fault: bytes[3],
        length: view.getUint32(4, true),
        crc: view.getUint32(8, true),
        found: view.getUint32(12, true),
        flash: view.getUint32(20, true),
        failures: view.getUint32(24, true),
        name: Buffer.from(bytes.subarray(32, 48)).toString().replace(/\0/g, ''),
    };
}

test('the board names its image, whose CRC is right', () =>
    onBoardPluggedIn((board) => {
        const said = tell(board);
        assert.equal(said.name, 'nano_rp2040');
        assert.equal(said.length, image.length);
        assert.equal(said.found, said.crc);
        assert.equal(said.flash, 0x1f8901);
        assert.equal(said.reset, RESET_POWER);
        assert.equal(said.fault, 0);
        assert.equal(said.failures, 0);
        assert.equal(said.pin, PIN_UNKNOWN);
    }));

for (const [int1, pin] of [[true, PIN_USED], [false, PIN_SILENT]]) {
    test(`an interrupt pin that is ${int1 ? '' : 'not '}there is found out`, () =>
        onBoardPluggedIn((board) => {
            board.startStream(104);
            board.run(1200);
            assert.equal(tell(board).pin, pin);
            const frames = board.stopStream();
            return (truth) => lossless(frames, truth);
        }, {int1}));
}

test('a pin that rises all the time is not listened to', () =>
    onBoardPluggedIn((board) => {
        board.startStream(104);
        for (let i = 0; i < 1000; i++) {
            board.chip.gpio[INT1].setInputValue(i % 2 === 0);
            board.run(1);
        }
        assert.equal(tell(board).pin, PIN_NOISY);
        const frames = board.stopStream();
        return (truth) => lossless(frames, truth);
    }, {int1: false}));

// Cycles at 48 MHz; the rest of the time it sleeps.
for (const [rate, most] of [[0, 0.01], [104, 0.03], [1667, 0.25]]) {
    test(`the processor sleeps ${100 - 100 * most} % of the time at ${rate} Hz`,
        () => onBoardPluggedIn((board) => {
            if (rate > 0) {
                board.startStream(rate);
            }
            board.run(500);
            const before = board.chip.core.cycles;
            board.run(1000);
            const awake = (board.chip.core.cycles - before) / 48e6;
            assert.ok(awake < most, `awake ${(100 * awake).toFixed(1)} %`);
        }));
}

// The processor goes astray in the middle of a stream; what the board says when
// it is back.
const REQUEST_FAULT = 0x31, REQUEST_FORGET = 0x32;
const RESET_WATCHDOG = 4, RESET_FAULT = 5, RESET_HANG = 6;
const FAULT_HARD = 1, FAULT_HANG = 2;
const ASTRAY = 0x2003f000; // memory that the firmware does not use
const LOOP = 0xe7fe;
const NOWHERE = 0x30000000;

const failures = [
    {what: 'a fault is recorded', at: NOWHERE, masked: false,
        within: 5, reset: RESET_FAULT, kind: FAULT_HARD},
    {what: 'a hang is recorded', at: ASTRAY, masked: false,
        within: 1600, reset: RESET_HANG, kind: FAULT_HANG},
    {what: 'the watchdog ends a hang that holds interrupts back', at: ASTRAY,
        masked: true, within: 2100, reset: RESET_WATCHDOG, kind: 0},
];

function goAstray(board, at, masked) {
    const {chip} = board;
    // In the main loop, not in a handler.
    board.run(100, () => chip.core.IPSR === 0);
    chip.writeUint16(ASTRAY, LOOP);
    chip.core.PC = at;
    chip.core.PM = masked;
    chip.core.waiting = false;
}

function readFault(board) {
    const [status, bytes] = board.ask(REQUEST_FAULT, 64);
    assert.equal(status, OK);
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return {kind: bytes[0], pc: view.getUint32(28, true)};
}

for (const {what, at, masked, within, reset, kind} of failures) {
    test(`${what}, and the wristband is back and streams`, () =>
        onBoardPluggedIn((board) => {
            board.startStream(104);
            board.run(500);
            goAstray(board, at, masked);
            assert.ok(board.run(within, () => board.resets.length > 0),
                'it was not reset');
            board.received.length = 0;
            board.plugIn();
            const said = tell(board);
            assert.equal(said.reset, reset);
            assert.equal(said.failures, 1);
            assert.equal(said.fault, kind !== 0 ? 1 : 0);
            const fault = readFault(board);
            assert.equal(fault.kind, kind);
            assert.equal(fault.pc, kind !== 0 ? at : 0);
            assert.equal(board.tell(REQUEST_FORGET)[0], OK);
            assert.equal(tell(board).fault, 0);
            assert.equal(readFault(board).kind, 0);
            board.startStream(104);
            board.run(500);
            assert.ok(board.stopStream().length > 5);
        }));
}

const STACK_END = 0x20040100; // above the guard, link.ld

test('a stack that runs over its end is caught, and the watchdog resets', () =>
    onBoardPluggedIn((board) => {
        board.run(100, () => board.chip.core.IPSR === 0);
        board.chip.core.SP = STACK_END;
        board.chip.core.waiting = false;
        assert.ok(board.run(2100, () => board.resets.length > 0));
        board.plugIn();
        assert.equal(tell(board).reset, RESET_WATCHDOG);
    }));

// The reset button: all but memory begins anew, and the chip knows why.
function pressButton(board) {
    const {prototype} = board.chip.peripherals[0x40064].constructor;
    const HAD_RUN = 1 << 16;
    const was = prototype.readUint32;
    board.chip.halt();
    board.host.unplug();
    prototype.readUint32 = () => HAD_RUN;
    board.start();
    board.run(50);
    prototype.readUint32 = was;
}

for (const [pause, loader] of [[100, true], [700, false]]) {
    test(`two presses of the button ${pause} ms apart ` +
        `${loader ? 'start' : 'do not start'} the boot loader`, () =>
        onBoardPluggedIn((board) => {
            pressButton(board);
            assert.equal(board.bootsel, false);
            board.run(pause);
            pressButton(board);
            assert.equal(board.bootsel, loader);
            if (!loader) {
                board.plugIn();
                assert.equal(tell(board).reset, 2);
            }
        }));
}

const REQUEST_UPDATE = 0x0d, UPDATE_KEY = 0xb007; // firmware/core/wire.h

test('an update asked for with its key, and only so, starts the boot loader',
    () => onBoardPluggedIn((board) => {
        const none = new Uint8Array(0);
        assert.notEqual(board.tell(REQUEST_UPDATE, none, 1)[0], OK);
        board.run(200);
        assert.equal(board.bootsel, false);
        assert.equal(board.tell(REQUEST_UPDATE, none, UPDATE_KEY)[0], OK);
        board.run(200);
        assert.equal(board.bootsel, true);
    }));

// Erratum E5: what the model makes of it is in emulator/usb.mjs.
test('an old chip is found behind a hub that is never idle', () =>
    onBoardPluggedIn((board) => {
        board.chip.usbCtrl.crowded = true;
        for (let i = 0; i < 3; i++) {
            board.plugIn();
            assert.equal(tell(board).reset, RESET_POWER);
        }
        board.startStream(416);
        board.run(500);
        const frames = board.stopStream();
        return (truth) => lossless(frames, truth);
    }, {revision: 1}));
