// SPDX-License-Identifier: GPL-3.0-or-later
// The sensor on the I2C bus: tests/chain/sensor.c, spoken to over two pipes
// (its head comment describes the messages), and the wire to the interrupt pin.
import {execFileSync, spawn} from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const ADDRESS = 0x6a;
const HEAD = 16;
const AHEAD = 64; // bytes read ahead at a time
const ADVANCE = 1, READ = 2, TOOK = 3, WRITE = 4, FLIP_TAGS = 5,
    DROP_WORDS = 6, POWER_CYCLE = 7;
const FIFO_FIRST = 0x78, FIFO_LAST = 0x7e;
const NEVER = 2n ** 63n - 1n;

export class Sensor {
    nacks = 0; // addresses still to be refused
    onInterrupt = () => {}; // level of INT1

    constructor(world, program, script, truth) {
        this.world = world;
        this.#spawn(program, script, truth);
        this.alarm = world.createAlarm(() => this.#advance());
        this.reg = 0;
        this.ahead = Buffer.alloc(0);
        this.taken = 0;
        this.segment = null; // 'register', 'write', 'read'
        this.int1 = false;
        this.#advance();
    }

    // Named pipes, for those of spawn do not block.
    #spawn(program, script, truth) {
        const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'sensor-'));
        const pipes = ['in', 'out'].map((name) => path.join(folder, name));
        execFileSync('mkfifo', pipes);
        this.child = spawn('sh', ['-c', 'exec "$0" "$1" "$2" <"$3" >"$4"',
            program, script, truth, ...pipes], {stdio: 'inherit'});
        this.gone = new Promise((resolve) => this.child.on('exit', resolve));
        this.in = fs.openSync(pipes[0], 'w');
        this.out = fs.openSync(pipes[1], 'r');
        fs.rmSync(folder, {recursive: true});
    }

    // The truth is whole when the promise is kept.
    close() {
        fs.closeSync(this.in);
        fs.closeSync(this.out);
        return this.gone;
    }

    #ask(op, {reg = 0, count = 0, amount = 0, data = null} = {}) {
        const request = Buffer.alloc(HEAD + (data?.length ?? 0));
        request[0] = op;
        request[1] = reg;
        request.writeUInt16LE(count, 2);
        request.writeUInt32LE(amount, 4);
        request.writeBigInt64LE(BigInt(Math.round(this.world.nanos)), 8);
        data?.copy(request, HEAD);
        fs.writeSync(this.in, request);
        const answer = this.#receive(HEAD);
        const bytes = this.#receive(answer.readUInt16LE(10));
        this.#notice(answer);
        return {acknowledged: answer[9] !== 0, bytes};
    }

    #receive(size) {
        const bytes = Buffer.alloc(size);
        for (let got = 0; got < size;) {
            const n = fs.readSync(this.out, bytes, got, size - got);
            if (n === 0) {
                throw new Error('the sensor is gone');
            }
            got += n;
        }
        return bytes;
    }

    #notice(answer) {
        const next = answer.readBigInt64LE(0);
        this.alarm.cancel();
        if (next !== NEVER) {
            this.alarm.schedule(Math.max(Number(next) - this.world.nanos, 0));
        }
        const int1 = answer[8] !== 0;
        if (int1 !== this.int1) {
            this.int1 = int1;
            this.onInterrupt(int1);
        }
    }

    #advance() {
        this.#commit();
        this.#ask(ADVANCE);
    }

    // What was read ahead and really taken is taken from the sensor.
    #commit() {
        const count = this.taken;
        if (count > 0) {
            const reg = this.from;
            this.taken = 0;
            this.#ask(TOOK, {reg, count});
        }
        this.ahead = Buffer.alloc(0);
    }

    // ---- the bus ----

    address(address, read) {
        if (address !== ADDRESS) {
            return false;
        }
        if (this.nacks > 0) {
            this.nacks--;
            return false;
        }
        this.segment = read ? 'read' : 'register';
        return true;
    }

    write(byte) {
        if (this.segment === 'register') {
            this.reg = byte & 0x7f;
            this.segment = 'write';
            return true;
        }
        const data = Buffer.from([byte]);
        const {acknowledged} =
            this.#ask(WRITE, {reg: this.reg, count: 1, data});
        this.#step();
        return acknowledged;
    }

    read() {
        if (this.taken === this.ahead.length) {
            this.#commit();
            this.from = this.reg;
            this.ahead = this.#ask(READ, {reg: this.reg, count: AHEAD}).bytes;
        }
        const byte = this.ahead[this.taken++] ?? 0xff;
        this.#step();
        return byte;
    }

    #step() {
        this.reg = this.reg === FIFO_LAST ? FIFO_FIRST : (this.reg + 1) & 0x7f;
    }

    stop() {
        this.#commit();
        this.segment = null;
    }

    // ---- faults ----

    flipTags(amount) {
        this.#ask(FLIP_TAGS, {amount});
    }

    dropWords(amount) {
        this.#ask(DROP_WORDS, {amount});
    }

    powerCycle() {
        this.taken = 0;
        this.ahead = Buffer.alloc(0);
        this.segment = null;
        this.#ask(POWER_CYCLE);
    }
}
