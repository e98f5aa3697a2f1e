// SPDX-License-Identifier: GPL-3.0-or-later
// The RP2040's I2C controller (DW_apb_i2c, data sheet 4.3) as a bus master,
// with interrupts and bus time. rp2040js has no interrupt mask, and no time.
//
// `target`, if there is one, has: address(address, read) -> acknowledged,
// write(byte) -> acknowledged, read() -> byte, stop().
import {BasePeripheral, GPIOPinState} from './rp2040js.mjs';

const CON = 0x00, TAR = 0x04, SAR = 0x08, DATA_CMD = 0x10, SS_HCNT = 0x14,
    SS_LCNT = 0x18, FS_HCNT = 0x1c, FS_LCNT = 0x20, INTR_STAT = 0x2c,
    INTR_MASK = 0x30, RAW_INTR_STAT = 0x34, RX_TL = 0x38, TX_TL = 0x3c,
    CLR_INTR = 0x40, ENABLE = 0x6c, STATUS = 0x70, TXFLR = 0x74, RXFLR = 0x78,
    SDA_HOLD = 0x7c, TX_ABRT_SOURCE = 0x80, SLV_DATA_NACK = 0x84, DMA_CR = 0x88,
    DMA_TDLR = 0x8c, DMA_RDLR = 0x90, SDA_SETUP = 0x94, ACK_GENERAL = 0x98,
    ENABLE_STATUS = 0x9c, FS_SPKLEN = 0xa0;

const RX_UNDER = 1 << 0, RX_OVER = 1 << 1, RX_FULL = 1 << 2, TX_OVER = 1 << 3,
    TX_EMPTY = 1 << 4, TX_ABRT = 1 << 6, ACTIVITY = 1 << 8, STOP_DET = 1 << 9,
    START_DET = 1 << 10;

// Reading one of these clears that interrupt.
const CLEARS = new Map([
    [0x44, RX_UNDER], [0x48, RX_OVER], [0x4c, TX_OVER], [0x50, 1 << 5],
    [0x54, TX_ABRT], [0x58, 1 << 7], [0x5c, ACTIVITY], [0x60, STOP_DET],
    [0x64, START_DET], [0x68, 1 << 11], [0xa8, 1 << 12],
]);

// Software clears all but these by CLR_INTR.
const LEVELS = RX_FULL | TX_EMPTY;

const READ = 1 << 8, STOP = 1 << 9, RESTART = 1 << 10;
const FIRST_DATA_BYTE = 1 << 11;
const DEPTH = 16;
const IRQ = [23, 24];
const ADDRESS_NACK = 1 << 0, DATA_NACK = 1 << 3, USER_ABORT = 1 << 16;

const RESET_VALUES = {
    [CON]: 0x65, [TAR]: 0x55, [SAR]: 0x55, [SS_HCNT]: 0x28, [SS_LCNT]: 0x2f,
    [FS_HCNT]: 0x06, [FS_LCNT]: 0x0d, [INTR_MASK]: 0x8ff, [RX_TL]: 0, [TX_TL]: 0,
    [SDA_HOLD]: 1, [SLV_DATA_NACK]: 0, [DMA_CR]: 0, [DMA_TDLR]: 0,
    [DMA_RDLR]: 0, [SDA_SETUP]: 0x64, [ACK_GENERAL]: 1, [FS_SPKLEN]: 7,
};

const WHILE_DISABLED = new Set([CON, TAR, SAR, SS_HCNT, SS_LCNT, FS_HCNT,
    FS_LCNT, SDA_HOLD, FS_SPKLEN]);

// Least times of the I2C specification for fast mode [ns].
const FAST_LOW_NS = 1300;
const FAST_HIGH_NS = 600;

export class I2c extends BasePeripheral {
    target = null;
    pins = null; // class Wires, where the bus is wired to pins

    constructor(chip, index) {
        super(chip, `I2C${index}`);
        this.chip = chip;
        this.irq = IRQ[index];
        this.alarm = chip.clock.createAlarm(() => {
            const {then} = this;
            this.then = null;
            then();
        });
        this.reset();
    }

    reset() {
        this.register = {...RESET_VALUES};
        this.enabled = false;
        this.raw = 0;
        this.source = 0;
        this.#idle();
        this.#update();
    }

    #idle() {
        this.alarm.cancel();
        this.then = null;
        this.tx = [];
        this.rx = [];
        this.flushing = false;
        this.direction = null; // of the transfer under way: 'read', 'write'
        this.first = false;
        this.busy = false; // something is on the wires
    }

    #update() {
        this.raw &= ~LEVELS;
        if (this.rx.length > this.register[RX_TL]) {
            this.raw |= RX_FULL;
        }
        if (this.enabled && this.tx.length <= this.register[TX_TL]) {
            this.raw |= TX_EMPTY;
        }
        const active = this.raw & this.register[INTR_MASK];
        this.chip.setInterrupt(this.irq, active !== 0);
    }

    readUint32(offset) {
        if (CLEARS.has(offset)) {
            return this.#clear(CLEARS.get(offset));
        }
        switch (offset) {
        case DATA_CMD: return this.#pull();
        case INTR_STAT: return this.raw & this.register[INTR_MASK];
        case RAW_INTR_STAT: return this.raw;
        case CLR_INTR: return this.#clear(~LEVELS);
        case ENABLE: return this.enabled ? 1 : 0;
        case ENABLE_STATUS: return this.enabled ? 1 : 0;
        case STATUS: return this.#status();
        case TXFLR: return this.tx.length;
        case RXFLR: return this.rx.length;
        case TX_ABRT_SOURCE: return this.source;
        case 0xf4: return 0;
        case 0xf8: return 0x3230312a;
        case 0xfc: return 0x44570140;
        default: return this.register[offset] ?? super.readUint32(offset);
        }
    }

    writeUint32(offset, value) {
        if (offset === DATA_CMD) {
            this.#push(value);
        } else if (offset === ENABLE) {
            this.#enable(value);
        } else if (offset in this.register) {
            if (this.enabled && WHILE_DISABLED.has(offset)) {
                this.warn(`write to 0x${offset.toString(16)} while enabled`);
            }
            this.register[offset] = value >>> 0;
            this.#update();
        } else {
            super.writeUint32(offset, value);
        }
    }

    #clear(bits) {
        const was = this.raw & bits;
        this.raw &= ~bits;
        if (bits & TX_ABRT) {
            this.flushing = false;
            this.source = 0;
        }
        this.#update();
        return was ? 1 : 0;
    }

    #pull() {
        if (this.rx.length === 0) {
            this.raw |= RX_UNDER;
        }
        const value = this.rx.shift() ?? 0;
        this.#update();
        this.#next();
        return value;
    }

    // While an abort has not been cleared the FIFO is held empty.
    #push(value) {
        if (!this.enabled) {
            this.warn('write to IC_DATA_CMD while disabled');
        }
        if (this.flushing) {
            return;
        }
        if (this.tx.length === DEPTH) {
            this.raw |= TX_OVER;
        } else {
            this.tx.push(value & 0x7ff);
        }
        this.#update();
        this.#next();
    }

    #enable(value) {
        if (this.enabled && !(value & 1)) {
            if (this.direction !== null) {
                this.target?.stop();
            }
            this.#idle();
            this.raw = 0;
        }
        this.enabled = (value & 1) !== 0;
        if (this.enabled) {
            this.#checkSpeed();
        }
        if (value & 2 && this.direction !== null) {
            this.#abort(USER_ABORT);
        }
        this.#update();
    }

    #status() {
        const active = this.direction !== null || this.busy;
        return (active ? 0x21 : 0) | (this.tx.length < DEPTH ? 2 : 0) |
            (this.tx.length === 0 ? 4 : 0) | (this.rx.length > 0 ? 8 : 0) |
            (this.rx.length === DEPTH ? 16 : 0);
    }

    // Data sheet 4.3.14.1: the counts are of clk_sys; the controller adds to
    // them, which makes the real clock a little slower.
    get #lowNs() {
        return (this.register[FS_LCNT] + 1) * this.chip.nsPerCycle;
    }

    get #highNs() {
        const spike = this.register[FS_SPKLEN];
        return (this.register[FS_HCNT] + spike + 7) * this.chip.nsPerCycle;
    }

    #checkSpeed() {
        const low = this.#lowNs;
        const high = this.#highNs;
        if (low < FAST_LOW_NS || high < FAST_HIGH_NS || low + high < 2500) {
            this.warn(`SCL is low for ${low} ns and high for ${high} ns: ` +
                'faster than fast mode');
        }
    }

    // `then` comes when `bits` have gone over the wires.
    #after(bits, then) {
        this.busy = true;
        this.then = () => {
            this.busy = false;
            then();
        };
        this.alarm.schedule(bits * (this.#lowNs + this.#highNs));
    }

    #next() {
        if (this.busy || !this.enabled || this.tx.length === 0) {
            return;
        }
        const [command] = this.tx;
        const direction = command & READ ? 'read' : 'write';
        if (this.direction !== direction || command & RESTART) {
            this.#start(direction);
        } else {
            this.#transfer(this.tx.shift());
        }
    }

    // A bus that is held low never becomes free to begin on.
    #start(direction) {
        if (this.pins && !this.pins.free) {
            this.pins.waiting = () => this.#next();
            return;
        }
        this.direction = direction;
        this.#after(10, () => {
            this.raw |= START_DET | ACTIVITY;
            const address = this.register[TAR] & 0x7f;
            const there = this.pins?.connected !== false &&
                this.target?.address(address, direction === 'read');
            if (there) {
                this.first = true;
                this.#transfer(this.tx.shift());
            } else {
                this.#abort(ADDRESS_NACK);
            }
        });
        this.#update();
    }

    #transfer(command) {
        this.#update();
        this.#after(9, () => {
            if (command & READ) {
                this.#receive(this.target.read());
            } else if (!this.target.write(command & 0xff)) {
                this.#abort(DATA_NACK);
                return;
            }
            if (command & STOP) {
                this.#stop();
            }
            this.#update();
            this.#next();
        });
    }

    #receive(byte) {
        if (this.rx.length === DEPTH) {
            this.raw |= RX_OVER;
            return;
        }
        this.rx.push(byte | (this.first ? FIRST_DATA_BYTE : 0));
        this.first = false;
    }

    #stop() {
        this.direction = null;
        this.target?.stop();
        this.#after(1, () => {
            this.raw |= STOP_DET;
            this.#update();
            this.#next();
        });
    }

    #abort(source) {
        this.source = (source | this.tx.length << 23) >>> 0;
        this.tx = [];
        this.flushing = true;
        this.raw |= TX_ABRT;
        this.#stop();
        this.#update();
    }
}

// The two wires, with what may hold them low and the pins that may drive them
// by hand. A target that was cut off within a byte holds SDA until it has seen
// the clocks of the rest.
export class Wires {
    held = 0; // clocks until SDA is let go; Infinity: for good
    waiting = null; // what the controller does when the bus is free

    constructor(chip, sda, scl) {
        this.chip = chip;
        this.sda = chip.gpio[sda];
        this.scl = chip.gpio[scl];
        this.sclLow = false;
        this.sda.addListener(() => this.#level());
        this.scl.addListener((state) => this.#clock(state));
        this.#level();
    }

    get free() {
        return this.held === 0 && !this.sclLow;
    }

    // Both pins are given to the I2C controller.
    get connected() {
        return [this.sda, this.scl].every((pin) => pin.functionSelect === 3 &&
            pin.inputEnable);
    }

    hold(clocks) {
        this.held = clocks;
        this.#level();
    }

    #clock(state) {
        const low = state === GPIOPinState.Low;
        if (this.sclLow && !low && this.held > 0) {
            this.held--;
        }
        this.sclLow = low;
        this.#level();
    }

    #level() {
        const sdaLow = this.held > 0 || this.sda.value === GPIOPinState.Low;
        this.sda.setInputValue(!sdaLow);
        this.scl.setInputValue(!this.sclLow);
        if (this.free && this.waiting) {
            const {waiting} = this;
            this.waiting = null;
            waiting();
        }
    }
}
