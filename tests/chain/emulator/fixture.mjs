// SPDX-License-Identifier: GPL-3.0-or-later
// A board for a test, closed when the test ends, and what every stream must
// satisfy. tests/chain/run says where things are.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import {Board} from './board.mjs';
import {flashImage} from './elf.mjs';
import * as wire from './wire.mjs';

const elf = process.env.CHAIN_ELF ?? 'build/firmware/carpus.elf';
const sensor = process.env.CHAIN_SENSOR ?? 'build/chain/sensor';
const script = new URL('../motion.motion', import.meta.url).pathname;

export const image = flashImage(fs.readFileSync(elf));

// Samples that the firmware drops each time it has enabled the FIFO, because
// the sensor's filters settle (firmware/core/slots.h).
const DROPPED = 2;

export async function onBoard(use, options = {}) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'chain-'));
    const truth = path.join(folder, 'truth');
    const board = new Board({image, sensor, script, truth, ...options});
    try {
        const check = await use(board);
        const rows = await board.close();
        check?.(rows);
    } catch (error) {
        await board.close().catch(() => {});
        const {core} = board.chip;
        error.message += ` [at ${board.ms.toFixed(3)} ms, pc ` +
            `${(core.PC >>> 0).toString(16)}, resets ${board.resets}` +
            `${core.lastFault ? `, fault: ${core.lastFault}` : ''}]`;
        throw error;
    } finally {
        fs.rmSync(folder, {recursive: true});
    }
}

export async function onBoardPluggedIn(use, options) {
    await onBoard((board) => {
        board.plugIn();
        return use(board);
    }, options);
}

// Frames follow one another without a hole in sequence or index, and end with
// END. Returns where samples are missing: [{at, lost, flags}].
export function account(frames) {
    const losses = [];
    let index = 0;
    frames.forEach((frame, k) => {
        assert.equal(frame.sequence, k, `sequence of frame ${k}`);
        assert.equal(frame.index, index + frame.lost, `index of frame ${k}`);
        assert.equal((frame.flags & 7) !== 0, frame.lost > 0,
            `frame ${k} gives a cause where, and only where, it lost some`);
        if (frame.lost > 0) {
            losses.push({at: index, lost: frame.lost, flags: frame.flags & 7});
        }
        index = frame.index + frame.samples.length;
    });
    assert.equal(frames[0].flags & wire.FIRST, wire.FIRST);
    assert.equal(frames.at(-1).type, wire.END);
    return losses;
}

// Every sample that came is the one that the sensor took at its index. The
// truth may have other streams before the one that ends it.
export function compare(frames, truth) {
    const start = truth.findLastIndex(({number}) => number === 0);
    let count = 0;
    for (const frame of frames) {
        frame.samples.forEach((sample, k) => {
            const row = truth[start + DROPPED + frame.index + k];
            assert.deepEqual(sample, row.sample, `sample ${frame.index + k}`);
            count++;
        });
    }
    return count;
}

export function lossless(frames, truth) {
    assert.deepEqual(account(frames), []);
    return compare(frames, truth);
}

// A stream that was cut off and went on: of the frames on both sides each is
// right, and at most those under way are missing: two packets' worth.
export function resumes(before, after, truth) {
    const first = wire.frames(whole(before));
    const second = wire.frames(fromSync(after));
    compare(first, truth);
    compare(second, truth);
    const gap = second[0].sequence - first.at(-1).sequence - 1;
    assert.ok(gap >= 0 && gap <= 2, `${gap} frames missing`);
    assert.equal(second.at(-1).type, wire.END);
    second.slice(1).forEach((frame, k) => {
        assert.equal(frame.sequence, second[k].sequence + 1);
        assert.equal(frame.lost, 0);
    });
}

// Without a frame that was cut off at the end.
function whole(bytes) {
    let at = 0;
    while (at + 6 <= bytes.length) {
        const length = bytes[at + 4] | bytes[at + 5] << 8;
        if (at + length > bytes.length) {
            break;
        }
        at += length;
    }
    return bytes.subarray(0, at);
}

// From the first frame on that is whole.
function fromSync(bytes) {
    for (let at = 0; at < bytes.length; at++) {
        try {
            wire.frames(bytes.subarray(at));
            return bytes.subarray(at);
        } catch {
            // The rest of a frame that was cut off.
        }
    }
    throw new Error('no frame');
}
