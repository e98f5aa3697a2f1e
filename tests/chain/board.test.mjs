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
