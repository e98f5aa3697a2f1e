// SPDX-License-Identifier: GPL-3.0-or-later
// An RP2040 out of reset: rp2040js with the peripherals that it lacks or takes
// lightly (core, I2C, USB device, flash, resets, watchdog) replaced by strict
// ones. What a real chip would silently get wrong is a complaint, and
// complaints end a test.
import {BusFault, StrictCore, StrictPpb} from './core.mjs';
import {Flash, QspiPins, Ssi} from './flash.mjs';
import {I2c} from './i2c.mjs';
import {RP2040, BasePeripheral, UnimplementedPeripheral}
    from './rp2040js.mjs';
import {UsbDevice} from './usb.mjs';

const BOOT2_BYTES = 252;
const BOOT2_RUNS_AT = 0x20041f00;
const BOOT2_POLYNOMIAL = 0x04c11db7;
const SRAM = 0x20000000;

export class Complaint extends Error {}

// A clock that began when this chip was reset, on the world's time line.
class ChipClock {
    #world;
    #epoch;
    #alarms = [];

    constructor(world) {
        this.#world = world;
        this.#epoch = world.nanos;
    }

    get nanos() {
        return this.#world.nanos - this.#epoch;
    }

    get micros() {
        return this.nanos / 1000;
    }

    createAlarm(callback) {
        const alarm = this.#world.createAlarm(callback);
        this.#alarms.push(alarm);
        return alarm;
    }

    stop() {
        for (const alarm of this.#alarms) {
            alarm.cancel();
        }
    }
}

// rp2040js reports by log line. What the processor would take as a bus fault
// is one here, the rest is a complaint.
const FAULTS = /invalid memory|undefined address|32 bit aligned|not impl.*yet/;

function logger() {
    const judge = (name, text) => {
        if (FAULTS.test(text)) {
            throw new BusFault(text);
        }
        throw new Complaint(`emulator: ${name}: ${text}`);
    };
    return {debug() {}, info() {}, warn: judge, error: judge};
}

// RESETS: what was not taken out of reset must not be used.
class Resets extends BasePeripheral {
    static MASK = 0x1ffffff;
    held = Resets.MASK & ~((1 << 6) | (1 << 9)); // boot ROM: IO and PADS QSPI
    select = 0;

    readUint32(offset) {
        switch (offset) {
        case 0: return this.held;
        case 4: return this.select;
        case 8: return ~this.held & Resets.MASK;
        default: return super.readUint32(offset);
        }
    }

    writeUint32(offset, value) {
        switch (offset) {
        case 0:
            this.rp2040.resetBlocks(value & ~this.held);
            this.held = value & Resets.MASK;
            break;
        case 4: this.select = value & Resets.MASK; break;
        default: super.writeUint32(offset, value);
        }
    }
}

// Bit of RESETS for each peripheral that the firmware may use.
const RESET_BIT = new Map([
    [0x40014, 5], [0x40018, 6], [0x4001c, 8], [0x40020, 9],
    [0x40028, 12], [0x4002c, 13], [0x40044, 3], [0x40048, 4],
    [0x40054, 21], [0x50100, 24], [0x50110, 24], [0x4004c, 0],
    [0x4003c, 16], [0x40040, 17], [0x40050, 14], [0x50000, 2],
]);

// WATCHDOG, with erratum E1: it counts two a tick.
class Watchdog extends BasePeripheral {
    static ENABLE = 1 << 30;
    static TRIGGER = 1 << 31;
    static TICK_ENABLE = 1 << 9;
    control = 0x07000000;
    tick = Watchdog.TICK_ENABLE;
    load = 0;

    constructor(chip, kept) {
        super(chip, 'WATCHDOG');
        this.scratch = kept.scratch;
        this.reason = kept.reason;
        this.alarm = chip.clock.createAlarm(() => chip.bite(1));
    }

    get ticking() {
        return (this.tick & Watchdog.TICK_ENABLE) !== 0;
    }

    readUint32(offset) {
        if (offset >= 0x0c && offset <= 0x28) {
            return this.scratch[(offset - 0x0c) / 4];
        }
        switch (offset) {
        case 0x00: {
            const left = this.alarm.scheduled
                ? (this.alarm.nanos - this.alarm.clock.nanos) / 500 : this.load;
            return (this.control & ~0xffffff | Math.max(left, 0)) >>> 0;
        }
        case 0x08: return this.reason;
        case 0x2c: return this.tick | (this.ticking ? 1 << 10 : 0);
        default: return super.readUint32(offset);
        }
    }

    writeUint32(offset, value) {
        if (offset >= 0x0c && offset <= 0x28) {
            this.scratch[(offset - 0x0c) / 4] = value;
            return;
        }
        switch (offset) {
        case 0x00:
            this.control = value & 0x47000000;
            if (value & Watchdog.TRIGGER) {
                this.rp2040.bite(2);
            }
            this.#arm();
            break;
        case 0x04:
            this.load = value & 0xffffff;
            this.#arm();
            break;
        case 0x2c:
            this.tick = value & 0x3ff;
            this.rp2040.checkTick(value & 0x1ff);
            break;
        default:
            super.writeUint32(offset, value);
        }
    }

    #arm() {
        this.alarm.cancel();
        if (this.control & Watchdog.ENABLE) {
            this.alarm.schedule(this.load * 500);
        }
    }
}

export class Chip extends RP2040 {
    #reset = null;

    // `world`: the clock of everything. `kept`: what a reset leaves, made by
    // Chip.powerOn or taken from the chip before. `onReset(reason)`: the
    // watchdog bit; `onBootsel()`: the boot loader was asked for.
    // `revision`: 1 is B0 and B1, 2 is B2 (errata E2, E5).
    constructor(world, kept, {onReset, onBootsel, revision}) {
        super(new ChipClock(world));
        this.world = world;
        this.kept = kept;
        this.revision = revision;
        this.onReset = onReset;
        this.onBootsel = onBootsel;
        this.logger = logger();
        this.core = new StrictCore(this);
        this.ppb = new StrictPpb(this, 'PPB');
        this.#share();
        this.usbCtrl = new UsbDevice(this);
        this.i2c = [new I2c(this, 0), new I2c(this, 1)];
        this.#reset = new Resets(this, 'RESETS');
        this.watchdog = new Watchdog(this, kept);
        this.ssi = new Ssi(this, kept.flash);
        this.qspiPins = new QspiPins(this);
        Object.assign(this.peripherals, {
            0x18000: this.ssi,
            0x40000: new SysInfo(this, 'SYSINFO'),
            0x4000c: this.#reset,
            0x40018: this.qspiPins,
            0x40044: this.i2c[0],
            0x40048: this.i2c[1],
            0x40058: this.watchdog,
            0x40060: new Rosc(this, 'ROSC'),
            0x40064: new Regulator(this, 'VREG_AND_CHIP_RESET'),
            0x50110: this.usbCtrl,
        });
        this.#boot();
    }

    static powerOn(image, uniqueId) {
        return {
            flash: new Flash(image, uniqueId),
            sram: new Uint8Array(264 * 1024).fill(0xa5),
            scratch: new Uint32Array(8),
            reason: 0,
        };
    }

    #share() {
        const {flash, sram} = this.kept;
        this.flash = flash.bytes;
        this.flashView = new DataView(flash.bytes.buffer);
        this.sram = sram;
        this.sramView = new DataView(sram.buffer);
    }

    // What the boot ROM does: the second stage, if its checksum is right, is
    // copied to the end of SRAM and run there. It goes on trying for half a
    // second (RP2040 data sheet 2.8.1), which a flash that was reset in the
    // middle of an erase needs.
    #boot() {
        const {flash} = this.kept;
        if (flash.busy) {
            const left = flash.busyUntil - this.world.nanos;
            this.core.waiting = true;
            this.clock.createAlarm(() => {
                this.core.waiting = false;
                this.#boot();
            }).schedule(left);
            return;
        }
        const stage = this.flash.subarray(0, BOOT2_BYTES);
        const wanted = this.flashView.getUint32(BOOT2_BYTES, true);
        if (crc32(stage) !== wanted) {
            throw new Complaint('boot ROM: wrong checksum of the second stage');
        }
        this.sram.set(stage, BOOT2_RUNS_AT - SRAM);
        this.core.PC = BOOT2_RUNS_AT;
        this.core.SP = BOOT2_RUNS_AT;
        this.core.LR = 0;
        this.bootrom.fill(0);
        BOOTROM.install(this);
    }

    get nsPerCycle() {
        return 1e9 / this.clkSys;
    }

    // Nothing of this chip happens any more.
    halt() {
        this.clock.stop();
        this.halted = true;
    }

    bite(reason) {
        const {wdsel} = this.peripherals[0x40010];
        if ((wdsel & 0x1fffc) !== 0x1fffc) {
            throw new Complaint('watchdog: PSM_WDSEL leaves parts running');
        }
        this.kept.reason = reason;
        this.onReset(reason);
    }

    checkTick(cycles) {
        const reference = this.clocks.refFreq ?? this.xoscFreq;
        if (Math.abs(reference / cycles - 1e6) > 1) {
            throw new Complaint(`watchdog: tick of ${cycles} cycles at ` +
                `${reference} Hz is no microsecond`);
        }
    }

    resetBlocks(mask) {
        if (mask & (1 << 3)) {
            this.i2c[0].reset();
        }
        if (mask & (1 << 24)) {
            this.usbCtrl.reset();
        }
    }

    findPeripheral(address) {
        const page = (address >>> 14) << 2;
        const bit = RESET_BIT.get(page);
        if (bit !== undefined && this.#reset?.held & (1 << bit)) {
            throw new Complaint(`access to ${address.toString(16)}, which is ` +
                `held in reset, pc ${this.core.PC.toString(16)}`);
        }
        return this.peripherals[page];
    }

    readUint16(address) {
        if (address < 0x4000 && BOOTROM.call(this, address)) {
            return 0x4770; // bx lr
        }
        if (address >>> 24 === 0x10 && !this.kept.flash.readable) {
            throw new Complaint(`flash read from ${address.toString(16)} ` +
                `while it ${this.kept.flash.why}, pc ` +
                `${this.core.PC.toString(16)}`);
        }
        return super.readUint16(address);
    }

    readUint32(address) {
        if ((address >>> 26) === 4 && this.kept && !this.kept.flash.readable) {
            throw new Complaint(`flash read from ${address.toString(16)} ` +
                `while it ${this.kept.flash.why}`);
        }
        return super.readUint32(address);
    }

    writeUint32(address, value) {
        if ((address >>> 26) === 4) {
            throw new BusFault(`write to flash at ${address.toString(16)}`);
        }
        super.writeUint32(address, value);
    }
}

class SysInfo extends UnimplementedPeripheral {
    readUint32(offset) {
        return offset === 0 ? (this.rp2040.revision << 28 | 0x2927) >>> 0
            : super.readUint32(offset);
    }
}

class Rosc extends UnimplementedPeripheral {
    random = 1;

    readUint32(offset) {
        if (offset === 0x1c) {
            this.random = this.random * 69069 + 1 >>> 0;
            return this.random >>> 31;
        }
        return super.readUint32(offset);
    }
}

// VREG_AND_CHIP_RESET: only why the chip was reset (RUN pin, power, debugger).
class Regulator extends UnimplementedPeripheral {
    readUint32(offset) {
        return offset === 8 ? 1 << 8 : super.readUint32(offset);
    }
}

// The parts of the boot ROM that firmware calls: the table look-up and
// reset_to_usb_boot (RP2040 data sheet 2.8.3).
const BOOTROM = {
    LOOKUP: 0x100,
    TABLE: 0x200,
    USB_BOOT: 0x300,

    install(chip) {
        const {bootrom} = chip;
        const halves = new Uint16Array(bootrom.buffer);
        halves[0x14 / 2] = this.TABLE;
        halves[0x18 / 2] = this.LOOKUP | 1;
    },

    call(chip, address) {
        if (address !== (chip.core.PC & ~1)) {
            return false;
        }
        const {registers} = chip.core;
        if (address === this.LOOKUP) {
            const code = String.fromCharCode(registers[1] & 255,
                registers[1] >> 8);
            registers[0] = code === 'UB' ? this.USB_BOOT | 1 : 0;
            return true;
        }
        if (address === this.USB_BOOT) {
            chip.onBootsel();
            return true;
        }
        throw new BusFault(`boot ROM at ${address.toString(16)}`);
    },
};

export function crc32(bytes) {
    let crc = 0xffffffff;
    for (const byte of bytes) {
        crc ^= byte << 24;
        for (let bit = 0; bit < 8; bit++) {
            crc = (crc << 1) ^ (crc < 0 ? BOOT2_POLYNOMIAL : 0);
        }
    }
    return crc >>> 0;
}
