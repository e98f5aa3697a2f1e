// SPDX-License-Identifier: GPL-3.0-or-later
// The whole board on one time line: chip, sensor, flash, and a host at the
// other end of the cable. Time passes only in `run` and what is built on it.
import assert from 'node:assert/strict';
import fs from 'node:fs';

import {Chip} from './chip.mjs';
import {Host, OK, ETIMEDOUT} from './host.mjs';
import {Wires} from './i2c.mjs';
import {SimulationClock} from './rp2040js.mjs';
import {Sensor} from './sensor.mjs';
import * as wire from './wire.mjs';

const SDA = 12, SCL = 13, INT1 = 24; // facts of the board: hardware.md B4
const CUT_OFF_CLOCKS = 9; // of a target left within a byte
const MS = 1e6;
const WALL_LIMIT_MS = 60e3;
const TRANSFER = 512; // acquire/usb_stream.h
const TRANSFERS = 32;

export const UNIQUE_ID = Uint8Array.from(
    [0xe6, 0x61, 0x38, 0x52, 0x83, 0x5b, 0x9e, 0x2a]);

export class Board {
    resets = []; // reasons, as WATCHDOG REASON has them
    bootsel = false;

    // `image`: what is in the flash. `int1`: the sensor's interrupt pin is
    // wired; the firmware must do without. `revision`: the chip's.
    constructor({image, sensor, script, truth, int1 = true, revision = 2,
        uniqueId = UNIQUE_ID, limitMs = WALL_LIMIT_MS}) {
        this.world = new SimulationClock();
        this.truthPath = truth;
        this.int1 = int1;
        this.revision = revision;
        this.sensor = new Sensor(this.world, sensor, script, truth);
        this.sensor.onInterrupt = (level) => this.#setInt1(level);
        this.kept = Chip.powerOn(image, uniqueId);
        this.host = new Host(this.world);
        this.limitMs = limitMs;
        this.received = [];
        this.began = Date.now();
        this.start();
    }

    start() {
        this.chip = new Chip(this.world, this.kept, {
            revision: this.revision,
            onReset: (reason) => this.#reset(reason),
            onBootsel: () => {
                this.bootsel = true;
                this.chip.halt();
            },
        });
        this.wires = new Wires(this.chip, SDA, SCL);
        this.chip.i2c[0].target = this.sensor;
        this.chip.i2c[0].pins = this.wires;
        this.#setInt1(this.sensor.int1);
        this.host.usb = this.chip.usbCtrl;
    }

    #setInt1(level) {
        this.chip?.gpio[INT1].setInputValue(this.int1 && level);
    }

    // The watchdog bit: a new chip with what the old one leaves. The host sees
    // the pull-up go.
    #reset(reason) {
        const reading = this.chip.i2c[0].direction === 'read';
        this.resets.push(reason);
        this.chip.halt();
        this.host.unplug();
        this.sensor.stop();
        this.start();
        if (reading) {
            this.wires.hold(CUT_OFF_CLOCKS);
        }
    }

    // Power goes and comes back.
    powerCycle() {
        this.chip.halt();
        this.host.unplug();
        this.kept.sram.fill(0xa5);
        this.kept.flash.powerCycle();
        this.kept.scratch.fill(0);
        this.kept.reason = 0;
        this.sensor.powerCycle();
        this.start();
    }

    // ---- time ----

    get nanos() {
        return this.world.nanos;
    }

    get ms() {
        return this.world.nanos / MS;
    }

    // Lets `ms` pass, or less where `until` comes true.
    run(ms, until = null) {
        const end = this.world.nanos + ms * MS;
        while (this.world.nanos < end) {
            this.#slice(Math.min(end, this.world.nanos + 50e3));
            if (until?.()) {
                return true;
            }
        }
        assert.ok(Date.now() - this.began < this.limitMs,
            'the test takes too long');
        return false;
    }

    #slice(end) {
        const {world} = this;
        while (world.nanos < end) {
            const {chip} = this;
            if (chip.core.waiting || chip.halted) {
                const next = world.nextAlarm?.nanos ?? Infinity;
                world.tick(Math.min(Math.max(next, world.nanos), end) -
                    world.nanos);
            } else {
                world.tick(chip.core.step() * chip.nsPerCycle);
            }
        }
    }

    // ---- host ----

    // Waits for the pull-up, resets the bus and gives an address, as a hub
    // does.
    attach(address = 5) {
        assert.ok(this.run(1000, () => this.chip.usbCtrl.pullUp),
            'no pull-up within a second');
        this.busReset();
        const [status] = this.control(0x00, 5, address, 0);
        assert.equal(status, OK, 'SET_ADDRESS');
        this.run(2);
    }

    configure(value = 1) {
        const [status] = this.control(0x00, 9, value, 0);
        assert.equal(status, OK, 'SET_CONFIGURATION');
    }

    plugIn() {
        this.attach();
        this.configure();
    }

    busReset() {
        let done = false;
        this.host.reset(() => {
            done = true;
        });
        assert.ok(this.run(100, () => done));
        this.listening = false;
    }

    suspend() {
        let done = false;
        this.host.suspend(() => {
            done = true;
        });
        assert.ok(this.run(100, () => done));
    }

    resume() {
        let done = false;
        this.host.resume(() => {
            done = true;
        });
        assert.ok(this.run(100, () => done));
    }

    // A control transfer: `data` to send, or the length wanted. Returns
    // [status, data].
    control(type, request, value, index, data = 0) {
        const sent = typeof data === 'number' ? new Uint8Array(0) : data;
        const length = typeof data === 'number' ? data : data.length;
        const setup = Uint8Array.from([type, request, value & 255, value >> 8,
            index & 255, index >> 8, length & 255, length >> 8]);
        let result = [ETIMEDOUT, new Uint8Array(0)];
        let done = false;
        this.host.control(setup, sent, (...got) => {
            result = got;
            done = true;
        });
        this.run(6000, () => done);
        return result;
    }

    // A vendor request of wire.h: `answer` bytes wanted, or data to send.
    ask(request, length, value = 0) {
        return this.control(0xc0, request, value, 0, length);
    }

    tell(request, data = new Uint8Array(0), value = 0) {
        return this.control(0x40, request, value, 0, data);
    }

    status() {
        const [status, bytes] = this.ask(wire.REQUEST.STATUS, 64);
        assert.equal(status, OK, 'STATUS');
        return wire.status(bytes);
    }

    // Keeps as many bulk transfers queued as carpus does. What comes is in
    // `received`.
    listen() {
        this.listening = true;
        for (let i = 0; i < TRANSFERS; i++) {
            this.#queue();
        }
    }

    #queue() {
        this.host.bulkIn(1, TRANSFER, (status, data) => {
            this.received.push(...data);
            this.bulkStatus = status;
            if (status === OK && this.listening) {
                this.#queue();
            }
        });
    }

    startStream(rate, accel, gyro) {
        const set = wire.config(rate, accel, gyro);
        assert.equal(this.tell(wire.REQUEST.SET_CONFIG, set)[0], OK);
        this.listen();
        assert.equal(this.tell(wire.REQUEST.START)[0], OK, 'START');
    }

    // Asks for the end and waits for it. Returns all frames.
    stopStream() {
        assert.equal(this.tell(wire.REQUEST.STOP)[0], OK, 'STOP');
        const ended = () => wire.frames(this.bytes()).at(-1)?.type === wire.END;
        for (let waited = 0; waited < 15e3 && !ended(); waited += 50) {
            this.run(50);
        }
        assert.ok(ended(), 'the stream did not end');
        return this.frames();
    }

    bytes() {
        return Uint8Array.from(this.received);
    }

    frames() {
        return wire.frames(this.bytes());
    }

    // ---- end ----

    // What may never happen, whatever the test is about. Returns the truth.
    async close() {
        this.chip.halt();
        await this.sensor.close();
        assert.deepEqual(this.host.errors, []);
        return wire.truth(fs.readFileSync(this.truthPath));
    }
}
