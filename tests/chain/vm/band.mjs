// SPDX-License-Identifier: GPL-3.0-or-later
// An emulated wristband for a virtual machine, in real time:
//
//   node band.mjs usbip|usbredir SOCKET TRUTH NUMBER [UNPLUG]
//
// NUMBER ends its serial number. UNPLUG is "lost" or "kept": six seconds into
// the second stream the cable is pulled for four, and power goes with it, or
// does not. Ends by SIGTERM, with exit status 1 if anything was amiss.
import fs from 'node:fs';

import {Board} from '../emulator/board.mjs';
import {flashImage} from '../emulator/elf.mjs';
import {UsbIp} from './usbip.mjs';
import {UsbRedir} from './usbredir.mjs';

const [, , kind, path, truth, number, unplug] = process.argv;
const SLICE_MS = 1;
const LAG_MS = 5000;
const UNPLUG_STREAM = 2;
const UNPLUG_AFTER_MS = 6000;
const UNPLUGGED_MS = 4000;
const START = 6;

const script = new URL('../motion.motion', import.meta.url).pathname;
const uniqueId = Uint8Array.from([0xe6, 0x61, 0, 0, 0, 0, 0, Number(number)]);
const board = new Board({
    image: flashImage(fs.readFileSync(process.env.CHAIN_ELF)),
    sensor: process.env.CHAIN_SENSOR, script, truth, uniqueId, limitMs: Infinity,
});

let cable = null;
let streams = 0;
let events = []; // [virtual time in ms, what then], in order

function plugIn() {
    board.attach();
    cable = new {usbip: UsbIp, usbredir: UsbRedir}[kind](board.host, path);
}

function pull() {
    cable.close();
    cable = null;
    board.host.unplug();
    if (unplug === 'lost') {
        board.powerCycle();
    }
}

const {control} = board.host;
board.host.control = function watched(setup, data, done) {
    if (setup[0] === 0x40 && setup[1] === START) {
        streams++;
        if (unplug && streams === UNPLUG_STREAM) {
            const at = board.ms + UNPLUG_AFTER_MS;
            events = [[at, pull], [at + UNPLUGGED_MS, plugIn]];
        }
    }
    control.call(this, setup, data, done);
};

async function end() {
    try {
        await board.close();
        process.exit(0);
    } catch (error) {
        fail(error);
    }
}

function fail(error) {
    console.error(error.stack);
    process.exit(1);
}

let began = null;

// Virtual time never runs ahead of the wall's; where it falls behind, it hurries
// to catch up, unless it is too far.
function loop() {
    try {
        const ahead = board.ms - (performance.now() - began);
        if (ahead > SLICE_MS) {
            setTimeout(loop, ahead - SLICE_MS);
            return;
        }
        began = Math.max(began, performance.now() - board.ms - LAG_MS);
        if (events.length > 0 && board.ms >= events[0][0]) {
            events.shift()[1]();
        }
        board.run(SLICE_MS);
        setImmediate(loop);
    } catch (error) {
        fail(error);
    }
}

process.on('SIGTERM', end);
plugIn();
began = performance.now() - board.ms;
loop();
