// SPDX-License-Identifier: GPL-3.0-or-later
// The flash of the board: settings and records of the log, written by the
// firmware's own driver, and power that goes in the middle of an operation.
// (Every single operation is cut in the host build, tests/test_log.c.)
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {compare, lossless, onBoardPluggedIn} from './emulator/fixture.mjs';
import {PowerCut} from './emulator/flash.mjs';
import {OK} from './emulator/host.mjs';
import {END, REQUEST, config, frames} from './emulator/wire.mjs';

const SAVE = 0x0f, LOG = 0x14, LOG_BEGIN = 0x15, LOG_END = 0x16, LOG_READ = 0x19;
const LOG_SIZE = 32;

function log(board) {
    const [status, bytes] = board.ask(LOG, LOG_SIZE);
    assert.equal(status, OK);
    const view = new DataView(bytes.buffer);
    return {newest: view.getUint32(4, true), logging: bytes[18] & 1,
        stored: view.getUint32(20, true), busy: bytes[28], failed: bytes[29]};
}

function finish(board) {
    for (let k = 0; k < 100 && log(board).busy; k++) {
        board.run(50);
    }
    assert.equal(log(board).failed, 0);
}

function readRecord(board, number) {
    board.received.length = 0;
    board.listen();
    const wanted = new Uint8Array(8);
    new DataView(wanted.buffer).setUint32(0, number, true);
    assert.equal(board.tell(LOG_READ, wanted)[0], OK);
    const ended = () => frames(board.bytes()).at(-1)?.type === END;
    for (let k = 0; k < 100 && !ended(); k++) {
        board.run(50);
    }
    assert.ok(ended());
    return board.frames();
}

test('a record of the log is what the sensor took', () =>
    onBoardPluggedIn((board) => {
        assert.equal(board.tell(LOG_BEGIN)[0], OK);
        board.run(8000);
        assert.equal(log(board).logging, 1);
        assert.equal(board.tell(LOG_END)[0], OK);
        finish(board);
        const {newest} = log(board);
        const record = readRecord(board, newest);
        assert.deepEqual(readRecord(board, newest).map((f) => f.samples),
            record.map((f) => f.samples), 'read twice');
        return (truth) => assert.ok(lossless(record, truth) > 700);
    }));

// Logs until the power is cut. Returns what was last told as stored.
function logUntilCut(board) {
    let stored = 0;
    assert.throws(() => {
        assert.equal(board.tell(LOG_BEGIN)[0], OK);
        for (let k = 0; k < 200; k++) {
            board.run(100);
            ({stored} = log(board));
        }
    }, PowerCut);
    return stored;
}

function restart(board) {
    board.kept.flash.cutAfter = Infinity;
    board.listening = false;
    board.powerCycle();
    board.plugIn();
}

for (const operation of [1, 2, 3, 5, 8, 13]) {
    test(`power cut in operation ${operation} of a log`, () =>
        onBoardPluggedIn((board) => {
            const {flash} = board.kept;
            flash.cutAfter = flash.operations + operation - 1;
            const stored = logUntilCut(board);
            restart(board);
            const {newest} = log(board);
            const record = newest > 0 ? readRecord(board, newest) : [];
            return (truth) => {
                const count = compare(record, truth);
                assert.ok(count >= stored, `${count} of ${stored} stored`);
            };
        }));
}

test('a fault while the flash is erased: it starts again all the same', () =>
    onBoardPluggedIn((board) => {
        const {flash} = board.kept;
        assert.equal(board.tell(LOG_BEGIN)[0], OK);
        assert.ok(board.run(5000, () => flash.busyUntil > board.nanos + 30e6));
        board.chip.core.PC = 0x30000000;
        board.chip.core.waiting = false;
        assert.ok(board.run(10, () => board.resets.length > 0));
        assert.ok(flash.busy, 'it is still at it');
        board.listening = false;
        board.plugIn();
        assert.equal(log(board).failed, 0);
    }));

test('settings are the old or the new ones, wherever the power is cut', () =>
    onBoardPluggedIn((board) => {
        const {flash} = board.kept;
        const kept = () => board.ask(REQUEST.GET_CONFIG, 8)[1].join();
        const save = (rate) => {
            assert.equal(board.tell(REQUEST.SET_CONFIG, config(rate))[0], OK);
            assert.equal(board.tell(SAVE)[0], OK);
        };
        save(52);
        finish(board);
        restart(board);
        assert.equal(kept(), config(52).join());
        for (const operation of [1, 2, 3]) {
            flash.cutAfter = flash.operations + operation - 1;
            try {
                save(833);
                finish(board);
            } catch (error) {
                assert.ok(error instanceof PowerCut, error);
            }
            restart(board);
            assert.ok([config(52).join(), config(833).join()].includes(kept()));
            save(52);
            finish(board);
            restart(board);
            assert.equal(kept(), config(52).join());
        }
    }));
