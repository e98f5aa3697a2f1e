// SPDX-License-Identifier: GPL-3.0-or-later
// Every vendor request, right and wrong: an answer or a stall, never silence.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import {test} from 'node:test';

import {UNIQUE_ID} from './emulator/board.mjs';
import {onBoardPluggedIn} from './emulator/fixture.mjs';
import {EPIPE, OK} from './emulator/host.mjs';
import {REQUEST, config, info} from './emulator/wire.mjs';

const BOARD = 0x30, FAULT = 0x31, FORGET = 0x32;
// All requests that the protocol has, whatever board answers them.
function numbersIn(header) {
    const text = fs.readFileSync(`firmware/core/${header}.h`, 'utf8');
    return [...text.matchAll(/WIRE_REQUEST_\w+ = (0x\w+)/g)].map(([, number]) =>
        Number(number));
}

const HEADERS = ['wire', 'wire_board'];

test('INFO tells protocol, serial number and model', () =>
    onBoardPluggedIn((board) => {
        const [status, bytes] = board.ask(REQUEST.INFO, 64);
        assert.equal(status, OK);
        assert.deepEqual(info(bytes), {
            protocol: 1,
            firmware: [0, 1, 0],
            serial: Buffer.from(UNIQUE_ID).toString('hex').toUpperCase(),
            model: 'Arduino Nano RP2040 Connect',
        });
    }));

test('TIME is the time since reset', () => onBoardPluggedIn((board) => {
    for (let k = 0; k < 5; k++) {
        const before = board.nanos;
        const [, bytes] = board.ask(REQUEST.TIME, 8);
        const ns = Number(Buffer.from(bytes).readBigUInt64LE());
        assert.ok(ns >= before - 2000 && ns <= board.nanos, `${ns}`);
        board.run(333);
    }
}));

test('BOARD tells what is in the flash, and that it is whole', () =>
    onBoardPluggedIn((board) => {
        const [status, bytes] = board.ask(BOARD, 64);
        const view = new DataView(bytes.buffer);
        assert.equal(status, OK);
        assert.equal(bytes[0], 1, 'reset by power');
        assert.equal(bytes[3], 0, 'no fault');
        assert.equal(view.getUint32(8, true), view.getUint32(12, true));
        assert.equal(view.getUint32(20, true), 0x1f8901);
    }));

test('settings are kept, and impossible ones refused', () =>
    onBoardPluggedIn((board) => {
        for (const set of [config(26, 2, 250), config(1667, 16, 2000),
            config(833, 4, 500)]) {
            assert.equal(board.tell(REQUEST.SET_CONFIG, set)[0], OK);
            assert.deepEqual(board.ask(REQUEST.GET_CONFIG, 8)[1], set);
        }
        for (const bad of [config(0), config(105), config(65535), config(104, 3),
            config(104, 8, 125)]) {
            assert.equal(board.tell(REQUEST.SET_CONFIG, bad)[0], EPIPE);
        }
        assert.equal(board.tell(REQUEST.SET_CONFIG, new Uint8Array(7))[0], EPIPE);
        assert.equal(board.tell(REQUEST.SET_CONFIG, new Uint8Array(9))[0], EPIPE);
        assert.equal(board.tell(REQUEST.SET_CONFIG, new Uint8Array(64))[0],
            EPIPE);
        assert.equal(board.tell(REQUEST.SET_CONFIG, new Uint8Array(300))[0],
            EPIPE);
        assert.deepEqual(board.ask(REQUEST.GET_CONFIG, 8)[1], config(833, 4, 500));
    }));

test('what does not go while it streams is refused', () =>
    onBoardPluggedIn((board) => {
        board.startStream(104);
        board.run(300);
        assert.equal(board.tell(REQUEST.SET_CONFIG, config(104))[0], EPIPE);
        assert.equal(board.tell(REQUEST.START)[0], EPIPE);
        assert.equal(board.tell(REQUEST.SELFTEST)[0], EPIPE);
        assert.equal(board.status().state, 1);
        board.stopStream();
        assert.equal(board.status().state, 0);
        assert.equal(board.tell(REQUEST.STOP)[0], OK, 'twice does no harm');
    }));

test('IDENTIFY blinks the LED for the time asked', () =>
    onBoardPluggedIn((board) => {
        const led = board.chip.gpio[6];
        let changes = 0;
        board.run(500);
        led.addListener(() => {
            changes++;
        });
        assert.equal(board.tell(REQUEST.IDENTIFY, undefined, 2)[0], OK);
        board.run(3000);
        assert.ok(changes >= 8 && changes <= 9, `${changes} changes`);
    }));

// Numbers of steps and bounds: firmware/core/wire.h, enum wire_test.
test('SELFTEST runs through and passes on a sensor that is well', () =>
    onBoardPluggedIn((board) => {
        board.run(1500); // the script puts it down first
        const results = () => board.ask(REQUEST.RESULTS, 64)[1];
        assert.equal(board.tell(REQUEST.SELFTEST)[0], OK);
        assert.equal(board.status().state, 2);
        for (let k = 0; k < 100 && results()[1] === 0; k++) {
            board.run(200);
        }
        const bytes = results();
        const verdicts = Array.from({length: bytes[0]}, (_, k) =>
            [bytes[4 + 5 * k] & 63, bytes[4 + 5 * k] >> 6]);
        assert.deepEqual(verdicts, [1, 2, 3, 4, 5, 6, 7, 8, 9].map((k) =>
            [k, 1]));
        assert.equal(board.status().state, 0);
    }));

test('there is no fault to read when nothing has failed', () =>
    onBoardPluggedIn((board) => {
        const [status, bytes] = board.ask(FAULT, 64);
        assert.equal(status, OK);
        assert.equal(bytes[0], 0);
        assert.equal(board.tell(FORGET)[0], OK);
    }));

test('any other number is refused, in both directions, at any length', () =>
    onBoardPluggedIn((board) => {
        const known = new Set([0x20, ...HEADERS.flatMap(numbersIn)]);
        const answered = [];
        for (let request = 0; request < 256; request++) {
            if (known.has(request)) {
                continue;
            }
            for (const length of [0, 8, 64]) {
                const [status] = board.ask(request, length);
                const [sent] = board.tell(request, new Uint8Array(length));
                assert.ok([OK, EPIPE].includes(status), `${request}: ${status}`);
                assert.ok([OK, EPIPE].includes(sent), `${request}: ${sent}`);
                if (status === OK || sent === OK) {
                    answered.push(request);
                }
            }
        }
        assert.deepEqual(answered, []);
        assert.equal(board.ask(REQUEST.INFO, 64)[0], OK);
    }));

test('known requests in the wrong direction are refused', () =>
    onBoardPluggedIn((board) => {
        const {INFO, STATUS, TIME, GET_CONFIG, RESULTS, ...outs} = REQUEST;
        for (const request of [INFO, STATUS, TIME, GET_CONFIG, RESULTS, BOARD,
            FAULT]) {
            assert.equal(board.tell(request)[0], EPIPE);
            assert.equal(board.tell(request, new Uint8Array(64))[0], EPIPE);
            assert.equal(board.ask(request, 0)[0], OK);
        }
        for (const request of [...Object.values(outs), FORGET]) {
            assert.equal(board.ask(request, 8)[0], EPIPE);
        }
        for (const request of [outs.START, outs.STOP, outs.IDENTIFY,
            outs.SELFTEST]) {
            assert.equal(board.tell(request, new Uint8Array(1))[0], EPIPE);
        }
        assert.equal(board.status().state, 0);
    }));
