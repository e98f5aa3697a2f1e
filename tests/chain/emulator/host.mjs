// SPDX-License-Identifier: GPL-3.0-or-later
// A USB host at full speed with nothing forgiven: a start of frame every
// millisecond, at most 19 transactions in a frame, data toggles kept on both
// sides, silence counted as an error, status numbers as Linux has them.
//
// Transfers are queued (control, bulk) and go on as time does; `done(status,
// data)` is called at their end. What the device does wrong besides is a line
// in `errors`, which a test wants to be empty.

export const OK = 0, EPIPE = -32, EPROTO = -71, EOVERFLOW = -75,
    ECONNRESET = -104, ESHUTDOWN = -108, ETIMEDOUT = -110;

const FRAME_NS = 1e6;
const SLOT_NS = 50e3; // a transaction of 64 bytes with its handshake
const SLOTS = 19;
const PACKET = 64;
const TRIES = 3; // without any answer
const RESET_NS = 15e6;
const RECOVERY_NS = 10e6;
const SUSPEND_NS = 3e6;
const CONTROL_NS = 5e9;

const SETUP_STAGE = 0, IN_STAGE = 1, OUT_STAGE = 2, STATUS_IN = 3, STATUS_OUT = 4;

// One control transfer, a transaction a step.
class Control {
    constructor(setup, data, done) {
        this.setup = setup;
        this.left = data;
        this.length = setup[6] | setup[7] << 8;
        this.done = done;
        this.got = [];
        this.pid = 1;
        this.stage = SETUP_STAGE;
        this.silent = 0;
    }

    // Returns true at its end.
    step(host) {
        switch (this.stage) {
        case SETUP_STAGE: return this.#setup(host);
        case IN_STAGE: return this.#in(host);
        case OUT_STAGE: return this.#out(host);
        case STATUS_IN: return this.#statusIn(host);
        default: return this.#statusOut(host);
        }
    }

    #setup(host) {
        const answer = host.usb.setup(host.address, this.setup);
        if (answer.none) {
            return this.#silence();
        }
        const inward = (this.setup[0] & 0x80) !== 0;
        if (this.length === 0) {
            this.stage = STATUS_IN;
        } else {
            this.stage = inward ? IN_STAGE : OUT_STAGE;
        }
        return false;
    }

    #in(host) {
        const answer = host.usb.in(host.address, 0);
        if (!answer.data) {
            return this.#refused(answer);
        }
        if (!host.takes(answer, this.pid, 'control')) {
            return false;
        }
        this.pid ^= 1;
        this.got.push(...answer.data);
        if (this.got.length > this.length) {
            return this.#end(EOVERFLOW);
        }
        if (answer.data.length < PACKET || this.got.length === this.length) {
            this.stage = STATUS_OUT;
        }
        return false;
    }

    #out(host) {
        const packet = this.left.subarray(0, PACKET);
        const answer = host.usb.out(host.address, 0, this.pid, packet);
        if (!answer.ack) {
            return this.#refused(answer);
        }
        this.pid ^= 1;
        this.left = this.left.subarray(PACKET);
        if (this.left.length === 0) {
            this.stage = STATUS_IN;
        }
        return false;
    }

    #statusIn(host) {
        const answer = host.usb.in(host.address, 0);
        if (!answer.data) {
            return this.#refused(answer);
        }
        if (!host.takes(answer, 1, 'status')) {
            return false;
        }
        if (answer.data.length > 0) {
            host.errors.push(`status stage of ${answer.data.length} bytes`);
        }
        return this.#end(OK);
    }

    #statusOut(host) {
        const answer = host.usb.out(host.address, 0, 1, new Uint8Array(0));
        return answer.ack ? this.#end(OK) : this.#refused(answer);
    }

    #refused(answer) {
        if (answer.stall) {
            return this.#end(EPIPE);
        }
        if (answer.none) {
            return this.#silence();
        }
        this.silent = 0;
        return false;
    }

    #silence() {
        this.silent++;
        return this.silent < TRIES ? false : this.#end(EPROTO);
    }

    #end(status) {
        this.done(status, Uint8Array.from(this.got));
        return true;
    }
}

export class Host {
    errors = [];
    address = 0;
    polls = true; // bulk endpoints are asked for data
    silences = 0; // of those: how often there was no answer at all
    usb = null;

    #control = [];
    #bulk = [];
    #toggle = new Uint8Array(16); // of IN endpoints
    #frame = 0;
    #slot = 0;
    #running = false;

    constructor(world) {
        this.world = world;
        this.frameAlarm = world.createAlarm(() => this.#newFrame());
        this.slotAlarm = world.createAlarm(() => this.#newSlot());
        this.thenAlarm = world.createAlarm(() => this.#then());
    }

    // ---- the bus ----

    // Holds the bus in reset, waits, and then `done` is called.
    reset(done) {
        this.#stopFrames();
        this.#fail(ESHUTDOWN);
        this.address = 0;
        this.#toggle.fill(0);
        this.usb.busReset();
        this.#later(RESET_NS, () => {
            this.usb.endBusReset();
            if (!this.usb.resetSeen) {
                this.errors.push('a bus reset was not noticed');
            }
            this.#startFrames();
            this.#later(RECOVERY_NS, done);
        });
    }

    // No more frames; after 3 ms the device finds itself suspended.
    suspend(done) {
        this.#stopFrames();
        this.#later(SUSPEND_NS, () => {
            this.usb.suspend();
            done();
        });
    }

    resume(done) {
        this.usb.resume();
        this.#later(20e6, () => {
            this.#startFrames();
            this.#later(RECOVERY_NS, done);
        });
    }

    // The cable is pulled: nothing on the wires any more, which a device that
    // keeps its power takes for being suspended.
    unplug() {
        this.#stopFrames();
        this.#fail(ESHUTDOWN);
        this.#later(SUSPEND_NS, () => this.usb.suspend());
    }

    #later(ns, then) {
        this.then = then;
        this.thenAlarm.schedule(ns);
    }

    #then() {
        const {then} = this;
        this.then = null;
        then();
    }

    #startFrames() {
        this.#running = true;
        this.frameAlarm.schedule(FRAME_NS);
    }

    #stopFrames() {
        this.#running = false;
        this.frameAlarm.cancel();
        this.slotAlarm.cancel();
        this.slotAlarm.queued = false;
        this.thenAlarm.cancel();
    }

    #newFrame() {
        this.frameAlarm.schedule(FRAME_NS);
        this.#frame = (this.#frame + 1) & 0x7ff;
        this.#slot = 0;
        this.usb.startOfFrame(this.#frame);
        this.#wake();
    }

    get #busy() {
        return this.#control.length > 0 ||
            (this.polls && this.#bulk.length > 0);
    }

    #wake() {
        if (this.#running && this.#busy && !this.slotAlarm.queued &&
            this.#slot < SLOTS) {
            this.slotAlarm.queued = true;
            this.slotAlarm.schedule(SLOT_NS);
        }
    }

    #newSlot() {
        this.slotAlarm.queued = false;
        if (!this.#running) {
            return;
        }
        this.#slot++;
        if (!this.#stepControl() && this.polls) {
            this.#stepBulk();
        }
        this.#wake();
    }

    // Every other slot goes to control transfers while there are any.
    #stepControl() {
        const [transfer] = this.#control;
        if (!transfer || this.#slot % 2 === 0) {
            return false;
        }
        if (this.world.nanos > transfer.deadline) {
            this.#control.shift();
            transfer.done(ETIMEDOUT, new Uint8Array(0));
        } else if (transfer.step(this)) {
            this.#control.splice(this.#control.indexOf(transfer), 1);
        }
        return true;
    }

    // Takes a data packet, or throws it away where its toggle is wrong.
    takes(answer, pid, what) {
        if (answer.data.length > PACKET) {
            this.errors.push(`${what}: a packet of ${answer.data.length} bytes`);
        }
        if (answer.pid !== pid) {
            this.errors.push(`${what}: DATA${answer.pid} where DATA${pid} ` +
                'is due');
            return false;
        }
        return true;
    }

    // Endpoints take turns.
    #stepBulk() {
        const [urb] = this.#bulk;
        if (!urb) {
            return;
        }
        const answer = this.usb.in(this.address, urb.endpoint);
        if (answer.none) {
            this.silences++;
            urb.silent++;
            if (urb.silent === TRIES) {
                this.#finish(urb, EPROTO);
            }
            return;
        }
        urb.silent = 0;
        if (answer.stall) {
            this.#finish(urb, EPIPE);
        } else if (answer.data && this.takes(answer,
            this.#toggle[urb.endpoint], 'bulk')) {
            this.#receive(urb, answer.data);
        }
    }

    #receive(urb, data) {
        this.#toggle[urb.endpoint] ^= 1;
        urb.got.push(...data);
        if (urb.got.length > urb.length) {
            this.#finish(urb, EOVERFLOW);
        } else if (data.length < PACKET || urb.got.length === urb.length) {
            this.#finish(urb, OK);
        }
    }

    #finish(urb, status) {
        this.#bulk.splice(this.#bulk.indexOf(urb), 1);
        urb.done(status, Uint8Array.from(urb.got));
    }

    #fail(status) {
        for (const transfer of this.#control.splice(0)) {
            transfer.done(status, new Uint8Array(0));
        }
        for (const urb of this.#bulk.splice(0)) {
            urb.done(status, Uint8Array.from(urb.got));
        }
    }

    // ---- transfers ----

    control(setup, data, done) {
        const transfer = new Control(setup, data, (status, got) => {
            if (status === OK) {
                this.#carriedOut(setup);
            }
            done(status, got);
        });
        transfer.deadline = this.world.nanos + CONTROL_NS;
        this.#control.push(transfer);
        this.#wake();
    }

    // What a request that went well means to the host.
    #carriedOut(setup) {
        const [type, request, value, , index] = setup;
        if (type === 0 && request === 5) {
            this.address = value;
        } else if (type === 0 && request === 9 || type === 1 && request === 11) {
            this.#toggle.fill(0);
        } else if (type === 2 && request === 1 && value === 0) {
            this.#toggle[index & 15] = 0;
        }
    }

    // Returns what `cancel` takes.
    bulkIn(endpoint, length, done) {
        const urb = {endpoint, length, done, got: [], silent: 0};
        this.#bulk.push(urb);
        this.#wake();
        return urb;
    }

    // False where the transfer has ended already.
    cancel(urb) {
        if (!this.#bulk.includes(urb)) {
            return false;
        }
        this.#finish(urb, ECONNRESET);
        return true;
    }

    listen(on) {
        this.polls = on;
        this.#wake();
    }
}
