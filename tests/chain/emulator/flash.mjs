// SPDX-License-Identifier: GPL-3.0-or-later
// The 16 MB flash (AT25SF128A) and the way to it: the SSI with its FIFOs and
// the chip select, which software may force by IO_QSPI. Program and erase take
// their time; meanwhile, and while the SSI is not set up for it, nothing can be
// read in place. Power may be cut at any operation (`cutAfter`).
import {BasePeripheral} from './rp2040js.mjs';

export const FLASH_BYTES = 16 << 20;
export const SECTOR = 4096;
export const PAGE = 256;

const BUSY = 1;
const WRITE_ENABLED = 2;

// Typical times of the data sheet's table of AC characteristics [ns].
const PROGRAM_NS = 400e3;
const ERASE_NS = new Map([[SECTOR, 60e6], [32768, 120e6], [65536, 200e6]]);
const ERASES = new Map([[0x20, SECTOR], [0x52, 32768], [0xd8, 65536]]);
const STATUS = new Map([[0x05, 0], [0x35, 1], [0x15, 2]]);
const WRITE_STATUS = new Map([[0x01, 0], [0x31, 1], [0x11, 2]]);

export class PowerCut extends Error {}

export class Flash {
    status = [0, 0, 0];
    operations = 0; // programs and erases so far
    cutAfter = Infinity;
    selected = false;
    readableByXip = false;
    #in = [];

    constructor(image, uniqueId) {
        this.bytes = new Uint8Array(FLASH_BYTES).fill(0xff);
        this.bytes.set(image);
        this.uniqueId = uniqueId;
        this.busyUntil = 0;
        this.now = () => 0;
    }

    powerCycle() {
        this.status = [0, 0, 0];
        this.busyUntil = 0;
        this.selected = false;
        this.#in = [];
    }

    get busy() {
        return this.now() < this.busyUntil;
    }

    get readable() {
        return this.readableByXip && !this.busy;
    }

    get why() {
        return this.busy ? 'programs or erases' : 'is not set up for reading';
    }

    select(on) {
        if (!on && this.selected) {
            this.#finish();
        }
        this.selected = on;
        this.#in = [];
    }

    // One byte in, one out; what comes out after the bytes so far.
    exchange(byte) {
        const at = this.#in.length;
        this.#in.push(byte);
        return this.selected && at > 0 ? this.#answer(at) : 0xff;
    }

    #address() {
        const [, high, middle, low] = this.#in;
        return (high << 16 | middle << 8 | low) % FLASH_BYTES;
    }

    #answer(at) {
        const [command] = this.#in;
        if (STATUS.has(command)) {
            const register = STATUS.get(command);
            const bits = this.status[register];
            return register === 0 && this.busy ? bits | BUSY : bits;
        }
        if (this.busy) {
            return 0xff;
        }
        switch (command) {
        case 0x9f: return [0x1f, 0x89, 0x01][at - 1] ?? 0xff;
        case 0x4b: return at >= 5 ? this.uniqueId[at - 5] ?? 0xff : 0xff;
        case 0x03: return at >= 4 ? this.#read(at - 4) : 0xff;
        case 0x0b: return at >= 5 ? this.#read(at - 5) : 0xff;
        default: return 0xff;
        }
    }

    #read(offset) {
        return this.bytes[(this.#address() + offset) % FLASH_BYTES];
    }

    // At the end of a command, which is when it is carried out.
    #finish() {
        const [command] = this.#in;
        if (command === undefined || this.busy) {
            return;
        }
        const enabled = (this.status[0] & WRITE_ENABLED) !== 0;
        if (command === 0x06) {
            this.status[0] |= WRITE_ENABLED;
        } else if (command === 0x04) {
            this.status[0] &= ~WRITE_ENABLED;
        } else if (command === 0x02 && enabled && this.#in.length > 4) {
            this.#program();
        } else if (ERASES.has(command) && enabled && this.#in.length === 4) {
            this.#erase(ERASES.get(command));
        } else if (WRITE_STATUS.has(command) && enabled) {
            this.status[WRITE_STATUS.get(command)] = this.#in[1] & 0xfc;
            this.status[0] &= ~WRITE_ENABLED;
        }
    }

    #begin(ns) {
        this.status[0] &= ~WRITE_ENABLED;
        this.busyUntil = this.now() + ns;
        this.operations++;
    }

    // An operation that is cut is done in part.
    #cut() {
        if (this.operations > this.cutAfter) {
            throw new PowerCut(`in operation ${this.operations}`);
        }
    }

    #program() {
        const start = this.#address();
        const page = start - start % PAGE;
        const data = this.#in.slice(4);
        this.#begin(PROGRAM_NS);
        const whole = this.operations <= this.cutAfter;
        const count = whole ? data.length : data.length >> 1;
        for (let i = 0; i < count; i++) {
            this.bytes[page + (start + i) % PAGE] &= data[i];
        }
        this.#cut();
    }

    #erase(size) {
        const start = this.#address() - this.#address() % size;
        this.#begin(ERASE_NS.get(size));
        const whole = this.operations <= this.cutAfter;
        this.bytes.fill(0xff, start, start + (whole ? size : size >> 1));
        this.#cut();
    }
}

const SSIENR = 0x08;
const SER = 0x10;
const BAUDR = 0x14;
const DR0 = 0x60;
const DR35 = 0xec;
const FIFO = 16;
const SR_BUSY = 1, SR_TFNF = 2, SR_TFE = 4, SR_RFNE = 8, SR_RFF = 16;
const TMOD_READ = 3;

const RESET_VALUES = {
    0x00: 0, 0x04: 0, 0x08: 0, 0x10: 0, 0x14: 0, 0x18: 0, 0x1c: 0, 0x2c: 0,
    0x4c: 0, 0x50: 0, 0x54: 0, 0xf0: 0, 0xf4: 0x03000000, 0xf8: 0,
};

export class Ssi extends BasePeripheral {
    constructor(chip, flash) {
        super(chip, 'SSI');
        this.flash = flash;
        flash.now = () => chip.world.nanos;
        this.register = {...RESET_VALUES};
        this.tx = [];
        this.rx = [];
        this.sending = null;
        this.forced = null; // chip select by IO_QSPI: null, 'low', 'high'
        this.alarm = chip.clock.createAlarm(() => this.#sent());
        this.#mode();
    }

    readUint32(offset) {
        if (offset >= DR0 && offset <= DR35) {
            return this.rx.shift() ?? 0;
        }
        switch (offset) {
        case 0x20: return this.tx.length;
        case 0x24: return this.rx.length;
        case 0x28: return this.#status();
        case 0x34: return 0;
        case 0x58: return 0x51535049;
        case 0x5c: return 0x3430312a;
        default:
            return this.register[offset] ?? super.readUint32(offset);
        }
    }

    writeUint32(offset, value) {
        if (offset >= DR0 && offset <= DR35) {
            this.#push(value);
        } else if (offset in this.register) {
            this.register[offset] = value >>> 0;
            this.#mode();
        } else {
            super.writeUint32(offset, value);
        }
    }

    force(level) {
        this.forced = level;
        this.#mode();
    }

    get #enabled() {
        return (this.register[SSIENR] & 1) !== 0;
    }

    get #reads() {
        return (this.register[0] >>> 8 & 3) === TMOD_READ;
    }

    get #frameBytes() {
        return ((this.register[0] >>> 16 & 31) + 1) / 8;
    }

    #mode() {
        if (!this.#enabled) {
            this.tx = [];
            this.rx = [];
            this.sending = null;
            this.alarm.cancel();
        }
        this.flash.readableByXip = this.#enabled && this.#reads &&
            this.register[BAUDR] >= 2 && this.forced === null;
        this.#chipSelect();
    }

    #chipSelect() {
        const low = this.forced === null
            ? this.sending !== null && (this.register[SER] & 1) !== 0
            : this.forced === 'low';
        if (low !== this.flash.selected) {
            this.flash.select(low);
        }
    }

    #status() {
        return (this.sending !== null ? SR_BUSY : 0) |
            (this.tx.length < FIFO ? SR_TFNF : 0) |
            (this.tx.length === 0 ? SR_TFE : 0) |
            (this.rx.length > 0 ? SR_RFNE : 0) |
            (this.rx.length === FIFO ? SR_RFF : 0);
    }

    #push(value) {
        if (!this.#enabled || this.tx.length === FIFO) {
            this.warn(`write to DR0, ${this.#enabled ? 'full' : 'disabled'}`);
        }
        this.tx.push(value);
        if (this.sending === null) {
            this.#send();
        }
    }

    #send() {
        this.sending = this.tx.shift();
        this.#chipSelect();
        const bits = this.#frameBytes * 8 * this.register[BAUDR];
        this.alarm.schedule(bits * this.rp2040.nsPerCycle);
    }

    #sent() {
        let answer = 0;
        for (let byte = this.#frameBytes - 1; byte >= 0; byte--) {
            const out = this.flash.exchange(this.sending >>> 8 * byte & 0xff);
            answer = (answer << 8 | out) >>> 0;
        }
        if (this.rx.length === FIFO) {
            this.warn('receive FIFO overflows');
        }
        this.rx.push(answer);
        this.sending = null;
        if (this.tx.length > 0) {
            this.#send();
        } else {
            this.#chipSelect();
        }
    }
}

// IO_QSPI: six pins, of which the chip select (1) may be forced by OUTOVER, or
// let go of by OEOVER; then the button on it may pull it low.
const SELECT_CTRL = 0x0c, INTR = 0x30, INTE = 0x34, INTS = 0x3c;
const FALLING = 1 << 6, RISING = 1 << 7; // of the chip select
const IRQ_QSPI = 14;
const SELECT = 1;
const LET_GO = 2; // OEOVER
const PAD_INPUT_PULLED_UP = 0x5a;

export class QspiPins extends BasePeripheral {
    constructor(chip) {
        super(chip, 'IO_QSPI');
        this.chip = chip;
        this.control = new Uint32Array(6);
        this.edges = 0;
        this.enabled = 0;
        this.low = false;
        this.pressed = false;
        chip.qspi[SELECT].padValue = PAD_INPUT_PULLED_UP;
        this.#level();
    }

    readUint32(offset) {
        switch (offset) {
        case INTR: return this.edges;
        case INTE: return this.enabled;
        case INTS: return this.edges & this.enabled;
        default:
            return offset < INTR && offset & 4
                ? this.control[offset >> 3] : super.readUint32(offset);
        }
    }

    writeUint32(offset, value) {
        if (offset === INTR) {
            this.edges &= ~this.rawWriteValue;
        } else if (offset === INTE) {
            this.enabled = value;
        } else if (offset < INTR && offset & 4) {
            this.control[offset >> 3] = value;
        } else {
            super.writeUint32(offset, value);
        }
        if (offset === SELECT_CTRL) {
            this.chip.ssi.force(this.#forced);
            this.#level();
        }
        this.#interrupt();
    }

    press(on) {
        this.pressed = on;
        this.#level();
        this.#interrupt();
    }

    get #forced() {
        const control = this.control[SELECT];
        if ((control >> 12 & 3) === LET_GO) {
            return 'high';
        }
        return [null, null, 'low', 'high'][control >> 8 & 3];
    }

    #level() {
        const low = this.#forced === 'low' || this.pressed;
        if (low !== this.low) {
            this.edges |= low ? FALLING : RISING;
        }
        this.low = low;
        this.chip.qspi[SELECT].setInputValue(!low);
    }

    #interrupt() {
        this.chip.setInterrupt(IRQ_QSPI, (this.edges & this.enabled) !== 0);
    }
}
