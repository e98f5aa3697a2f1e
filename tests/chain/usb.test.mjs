// SPDX-License-Identifier: GPL-3.0-or-later
// What the wristband is on USB: every byte of every descriptor, and all of
// chapter 9 of USB 2.0 that a host may ask.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {UNIQUE_ID} from './emulator/board.mjs';
import {onBoard, onBoardPluggedIn} from './emulator/fixture.mjs';
import {EPIPE, EPROTO, OK} from './emulator/host.mjs';

const DEVICE = [18, 1, 0x10, 0x02, 0xff, 0, 0, 64, 0x09, 0x12, 0x01, 0x00,
    0x00, 0x01, 1, 2, 3, 1];
const CONFIGURATION = [
    9, 2, 25, 0, 1, 1, 0, 0x80, 50,
    9, 4, 0, 0, 1, 0xff, 0, 0, 2,
    7, 5, 0x81, 2, 64, 0, 0,
];
const GUID = '{28886D8A-97F3-410E-AFED-101DDEEFE415}';

const le16 = (value) => [value & 255, value >> 8];
const utf16 = (text) => [...Buffer.from(text, 'utf16le')];
const string = (text) => [2 + 2 * text.length, 3, ...utf16(text)];
const hex = (bytes) => Buffer.from(bytes).toString('hex').toUpperCase();

// Microsoft OS 2.0 descriptors, specification of July 2018: for a device with
// one interface, features stand directly under the set header.
const NAME = utf16('DeviceInterfaceGUIDs\0');
const VALUE = utf16(`${GUID}\0\0`);
const PROPERTY = [...le16(10 + NAME.length + VALUE.length), 4, 0, 7, 0,
    ...le16(NAME.length), ...NAME, ...le16(VALUE.length), ...VALUE];
const COMPATIBLE = [20, 0, 3, 0, ...Buffer.from('WINUSB\0\0'),
    0, 0, 0, 0, 0, 0, 0, 0];
const SET_SIZE = 10 + COMPATIBLE.length + PROPERTY.length;
const MICROSOFT = [10, 0, 0, 0, 0, 0, 3, 6, ...le16(SET_SIZE), ...COMPATIBLE,
    ...PROPERTY];
const BOS = [5, 15, 33, 0, 1,
    28, 16, 5, 0, 0xdf, 0x60, 0xdd, 0xd8, 0x89, 0x45, 0xc7, 0x4c,
    0x9c, 0xd2, 0x65, 0x9d, 0x9e, 0x64, 0x8a, 0x9f,
    0, 0, 3, 6, ...le16(SET_SIZE), 0x20, 0];

const DESCRIPTORS = [
    ['device', 0x0100, 0, DEVICE],
    ['configuration', 0x0200, 0, CONFIGURATION],
    ['languages', 0x0300, 0, [4, 3, 0x09, 0x04]],
    ['manufacturer', 0x0301, 0x0409, string('carpus')],
    ['product', 0x0302, 0x0409, string('carpus wristband')],
    ['serial number', 0x0303, 0x0409, string(hex(UNIQUE_ID))],
    ['BOS', 0x0f00, 0, BOS],
];

for (const [name, value, index, bytes] of DESCRIPTORS) {
    test(`descriptor: ${name}, at every length asked for`, () =>
        onBoard((board) => {
            board.attach();
            const lengths = [1, 2, 8, 9, bytes.length - 1, bytes.length, 64, 255,
                4096];
            for (const length of lengths) {
                const [status, got] = board.control(0x80, 6, value, index, length);
                assert.equal(status, OK);
                assert.deepEqual([...got], bytes.slice(0, length));
            }
        }));
}

test('descriptor: Microsoft OS 2.0 set', () => onBoardPluggedIn((board) => {
    for (const length of [10, 64, 128, MICROSOFT.length, 4096]) {
        const [status, got] = board.control(0xc0, 0x20, 0, 7, length);
        assert.equal(status, OK);
        assert.deepEqual([...got], MICROSOFT.slice(0, length));
    }
}));

test('descriptors that are not there are refused', () => onBoard((board) => {
    board.attach();
    for (const value of [0x0000, 0x0101, 0x0201, 0x0304, 0x03ff, 0x0400, 0x0500,
        0x0600, 0x0700, 0x0f01, 0x2100, 0xff00]) {
        assert.deepEqual(board.control(0x80, 6, value, 0, 64)[0], EPIPE);
    }
    assert.equal(board.control(0x80, 6, 0x0100, 0, 18)[0], OK);
}));

test('the address holds from the end of the status stage', () =>
    onBoard((board) => {
        board.attach(77);
        assert.equal(board.chip.usbCtrl.address, 77);
        board.host.address = 78;
        assert.equal(board.control(0x80, 6, 0x0100, 0, 18)[0], EPROTO);
        board.host.address = 77;
        assert.equal(board.control(0x80, 6, 0x0100, 0, 18)[0], OK);
    }));

test('status, configuration and interface as chapter 9 has them', () =>
    onBoard((board) => {
        const reads = (type, request, index, length) => {
            const [status, got] = board.control(type, request, 0, index, length);
            assert.equal(status, OK);
            return [...got];
        };
        board.attach();
        assert.deepEqual(reads(0x80, 8, 0, 1), [0]);
        assert.equal(board.control(0x81, 10, 0, 0, 1)[0], EPIPE);
        assert.equal(board.control(0x00, 9, 2, 0)[0], EPIPE);
        board.configure();
        assert.deepEqual(reads(0x80, 8, 0, 1), [1]);
        assert.deepEqual(reads(0x81, 10, 0, 1), [0]);
        for (const [type, index] of [[0x80, 0], [0x81, 0], [0x82, 0],
            [0x82, 0x81]]) {
            assert.deepEqual(reads(type, 0, index, 2), [0, 0]);
        }
        assert.equal(board.control(0x01, 11, 0, 0)[0], OK);
        assert.equal(board.control(0x01, 11, 1, 0)[0], EPIPE);
        assert.equal(board.control(0x82, 0, 0, 0x82, 2)[0], EPIPE);
        board.configure(0);
        assert.deepEqual(reads(0x80, 8, 0, 1), [0]);
    }));

test('a halted endpoint stalls until the halt is cleared', () =>
    onBoardPluggedIn((board) => {
        const halt = (request) => board.control(0x02, request, 0, 0x81)[0];
        const isHalted = () => board.control(0x82, 0, 0, 0x81, 2)[1][0];
        assert.equal(halt(3), OK);
        assert.equal(isHalted(), 1);
        board.listen();
        board.run(5);
        assert.equal(board.bulkStatus, EPIPE);
        assert.equal(halt(1), OK);
        assert.equal(isHalted(), 0);
        board.startStream(104);
        board.run(500);
        assert.ok(board.stopStream().length > 1);
    }));

test('requests of other kinds are refused', () => onBoardPluggedIn((board) => {
    for (const [type, request] of [[0x00, 1], [0x00, 3], [0x00, 7], [0x80, 12],
        [0x21, 9], [0xa1, 1], [0x41, 6], [0xc1, 1], [0xc2, 1], [0x60, 0]]) {
        const length = type & 0x80 ? 8 : 0;
        assert.equal(board.control(type, request, 0, 0, length)[0], EPIPE,
            `${type.toString(16)} ${request}`);
    }
    assert.equal(board.control(0x80, 6, 0x0100, 0, 18)[0], OK);
}));

test('a setup packet in the middle of a transfer begins a new one', () =>
    onBoardPluggedIn((board) => {
        const {usb} = board.host;
        const ask = Uint8Array.from([0xc0, 0x20, 0, 0, 7, 0, 255, 0]);
        for (let packets = 0; packets < 3; packets++) {
            usb.setup(board.host.address, ask);
            board.run(1);
            for (let k = 0; k < packets; k++) {
                assert.equal(usb.in(board.host.address, 0).data.length, 64);
                board.run(1);
            }
            const [status, got] = board.control(0x80, 6, 0x0100, 0, 18);
            assert.equal(status, OK);
            assert.deepEqual([...got], DEVICE);
        }
    }));
