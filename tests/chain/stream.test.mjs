// SPDX-License-Identifier: GPL-3.0-or-later
// The stream: every sample at every rate, and what is lost when the host does
// not behave, to the sample.
import assert from 'node:assert/strict';
import {test} from 'node:test';

import {account, compare, lossless, onBoardPluggedIn, resumes}
    from './emulator/fixture.mjs';
import {OK} from './emulator/host.mjs';
import {LOST, REQUEST} from './emulator/wire.mjs';

const RING = 131072; // firmware: what waits for the host
const FRAME = 44; // and beside its samples' 12 bytes each

const SECONDS = new Map([[26, 4], [52, 4], [104, 4], [208, 3], [416, 3],
    [833, 3], [1667, 3]]);

for (const [rate, seconds] of SECONDS) {
    test(`${rate} Hz: every sample comes, and is the sensor's`, () =>
        onBoardPluggedIn((board) => {
            board.startStream(rate);
            board.run(seconds * 1000);
            const frames = board.stopStream();
            return (truth) => {
                const count = lossless(frames, truth);
                const expected = (seconds - 0.5) * rate * 0.95;
                assert.ok(count > expected, `${count} samples`);
            };
        }));
}

test('a second stream begins anew, with other settings', () =>
    onBoardPluggedIn((board) => {
        board.startStream(208, 2, 250);
        board.run(700);
        board.stopStream();
        board.received.length = 0;
        board.listening = false;
        board.startStream(416, 16, 500);
        board.run(900);
        const frames = board.stopStream();
        return (truth) => lossless(frames, truth);
    }));

// What waits for the host is taken back, while the host asks for it. Where the
// chip can, the endpoint answers all the time: three silences end a transfer.
for (const revision of [1, 2]) {
    test(`a stream begun over one not fetched, chip revision ${revision}`, () =>
        onBoardPluggedIn((board) => {
            board.startStream(416);
            board.run(300);
            board.host.listen(false);
            board.run(300);
            assert.equal(board.tell(REQUEST.STOP)[0], OK);
            board.run(100);
            assert.equal(board.status().state, 0, 'stopped');
            board.host.listen(true);
            assert.equal(board.tell(REQUEST.START)[0], OK);
            board.run(2); // an empty packet ends the transfer that is open
            board.received.length = 0;
            board.run(300);
            const frames = board.stopStream();
            if (revision === 2) {
                assert.equal(board.host.silences, 0);
            }
            return (truth) => lossless(frames, truth);
        }, {revision}));
}

test('without its interrupt pin the sensor is read by time', () =>
    onBoardPluggedIn((board) => {
        board.startStream(833);
        board.run(1500);
        const frames = board.stopStream();
        return (truth) => lossless(frames, truth);
    }, {int1: false}));

test('device time and sensor time of frames are those of the samples', () =>
    onBoardPluggedIn((board) => {
        board.startStream(416);
        board.run(3000);
        const frames = board.stopStream();
        return (truth) => {
            const start = truth.findLastIndex(({number}) => number === 0);
            for (const frame of frames.filter((f) => f.samples.length > 0)) {
                const {ns} = truth[start + 2 + frame.index];
                const error = Math.abs(frame.deviceNs - ns);
                assert.ok(error < 1e5, `frame ${frame.sequence}: ${error} ns`);
            }
        };
    }));

// The sensor's rate, the ring's size, and how long nobody fetches: what can be
// kept is kept, the rest is told as one loss at its exact place.
for (const seconds of [1, 5, 30]) {
    const rate = seconds === 30 ? 416 : 1667;
    test(`a host that does not poll for ${seconds} s at ${rate} Hz`, () =>
        onBoardPluggedIn((board) => {
            board.startStream(rate);
            board.run(600);
            board.host.listen(false);
            board.run(seconds * 1000);
            const status = board.status();
            board.host.listen(true);
            board.run(1500);
            const frames = board.stopStream();
            return (truth) => {
                const losses = account(frames);
                compare(frames, truth);
                const bytes = seconds * rate * (12 + FRAME / 39);
                const fits = bytes < RING * 0.9;
                assert.equal(losses.length, fits ? 0 : 1);
                assert.equal(status.lostRing > 0, !fits);
                if (!fits) {
                    assert.equal(losses[0].flags, LOST.RING);
                    const end = losses[0].at + losses[0].lost;
                    const last = frames.at(-1).index;
                    assert.ok(last - end >= rate, 'it goes on after the loss');
                }
            };
        }));
}

test('halting and clearing in mid-stream loses nothing', () =>
    onBoardPluggedIn((board) => {
        board.startStream(833);
        for (let k = 0; k < 10; k++) {
            board.run(123);
            assert.equal(board.control(0x02, 3, 0, 0x81)[0], OK);
            board.run(7);
            assert.equal(board.control(0x02, 1, 0, 0x81)[0], OK);
            board.listen();
        }
        board.run(200);
        const frames = board.stopStream();
        return (truth) => lossless(frames, truth);
    }));

// What the host had not acknowledged when the bus was reset may be lost; the
// rest of the stream goes on, and says what is missing.
test('a bus reset in mid-stream', () => onBoardPluggedIn((board) => {
    board.startStream(416);
    board.run(700);
    const before = board.bytes();
    board.busReset();
    assert.equal(board.control(0x00, 5, 9, 0)[0], OK);
    board.run(2);
    board.configure();
    board.received.length = 0;
    board.listen();
    assert.equal(board.status().state, 1, 'still streaming');
    board.run(700);
    assert.equal(board.tell(REQUEST.STOP)[0], OK);
    board.run(700);
    const after = board.bytes();
    return (truth) => resumes(before, after, truth);
}));

test('suspended for 2 s and resumed in mid-stream', () =>
    onBoardPluggedIn((board) => {
        board.startStream(416);
        board.run(700);
        board.suspend();
        board.run(2000);
        board.resume();
        board.run(700);
        const frames = board.stopStream();
        return (truth) => lossless(frames, truth);
    }));

test('unplugged for 3 s with a battery: the stream goes on', () =>
    onBoardPluggedIn((board) => {
        board.startStream(208);
        board.run(700);
        const before = board.bytes();
        board.host.unplug();
        board.run(3000);
        board.received.length = 0;
        board.attach(11);
        board.configure();
        board.listen();
        assert.equal(board.status().state, 1);
        board.run(700);
        assert.equal(board.tell(REQUEST.STOP)[0], OK);
        board.run(700);
        const after = board.bytes();
        return (truth) => resumes(before, after, truth);
    }));
