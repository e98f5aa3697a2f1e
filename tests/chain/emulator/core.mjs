// SPDX-License-Identifier: GPL-3.0-or-later
// A Cortex-M0+ that faults where rp2040js carries on: wild or misaligned
// accesses, undefined instructions and breakpoints end in a HardFault, a fault
// within one in lockup. WFI also behaves: it wakes for a pending interrupt even
// where PRIMASK keeps that from being taken.
import {CortexM0Core, RPPPB} from './rp2040js.mjs';

const HARD_FAULT = 3;
const HARD_FAULT_PRIORITY = -1;

export class BusFault extends Error {}

// The core's own registers, with as much of an MPU as keeps a stack's guard:
// one region, which nobody may touch.
export class StrictPpb extends RPPPB {
    static TYPE = 0xd90;
    static CTRL = 0xd94;
    static RNR = 0xd98;
    static RBAR = 0xd9c;
    static RASR = 0xda0;
    mpu = {[StrictPpb.CTRL]: 0, [StrictPpb.RNR]: 0, [StrictPpb.RBAR]: 0,
        [StrictPpb.RASR]: 0};

    readUint32(offset) {
        if (offset === StrictPpb.TYPE) {
            return 8 << 8;
        }
        return this.mpu?.[offset] ?? super.readUint32(offset);
    }

    writeUint32(offset, value) {
        if (this.mpu?.[offset] === undefined) {
            super.writeUint32(offset, value);
            return;
        }
        this.mpu[offset] = value >>> 0;
        this.#guard();
    }

    #guard() {
        const {core} = this.rp2040;
        const attributes = this.mpu[StrictPpb.RASR];
        const on = this.mpu[StrictPpb.CTRL] & 1 && attributes & 1;
        if (this.mpu[StrictPpb.RBAR] & 15 || attributes >>> 24 & 7) {
            this.warn('an MPU region that is no guard');
        }
        core.guardSize = on ? 2 << (attributes >>> 1 & 31) : 0;
        core.guardStart = (this.mpu[StrictPpb.RBAR] & ~31) >>> 0;
    }
}

export class StrictCore extends CortexM0Core {
    lockup = false;
    guardStart = 0;
    guardSize = 0;

    setInterrupt(irq, value) {
        const bit = 1 << irq;
        if (!value) {
            this.pendingInterrupts &= ~bit;
        } else if (!(this.pendingInterrupts & bit)) {
            this.pendingInterrupts |= bit;
            this.interruptsUpdated = true;
            this.wake();
        }
    }

    // The tick ends a sleep, too.
    get pendingSystick() {
        return this.tickPending;
    }

    set pendingSystick(pending) {
        this.tickPending = pending;
        if (pending) {
            this.wake();
        }
    }

    wake() {
        if (this.pendingInterrupts & this.enabledInterrupts ||
            this.pendingSystick || this.pendingPendSV) {
            this.waiting = false;
        }
    }

    // Within a HardFault the MPU is off (HFNMIENA is 0).
    #check(address) {
        if (this.guardSize > 0 && this.IPSR !== HARD_FAULT &&
            (address - this.guardStart >>> 0) < this.guardSize) {
            throw new BusFault(`guard touched at ${address.toString(16)}`);
        }
    }

    writeUint32(address, value) {
        this.#check(address);
        if (address & 3) {
            throw new BusFault(`word write to ${address.toString(16)}`);
        }
        this.rp2040.writeUint32(address, value);
    }

    writeUint8(address, value) {
        this.#check(address);
        this.rp2040.writeUint8(address, value);
    }

    writeUint16(address, value) {
        this.#check(address);
        if (address & 1) {
            throw new BusFault(`half-word write to ${address.toString(16)}`);
        }
        this.rp2040.writeUint16(address, value);
    }

    readUint16(address) {
        if (address & 1) {
            throw new BusFault(`half-word read from ${address.toString(16)}`);
        }
        return this.rp2040.readUint16(address);
    }

    BXWritePC(address) {
        if (!(address & 1)) {
            throw new BusFault(`branch to ARM code at ${address.toString(16)}`);
        }
        super.BXWritePC(address);
    }

    // Returns the cycles it took.
    step() {
        const pc = this.PC;
        try {
            const cycles = this.executeInstruction();
            if (this.waiting) {
                this.wake();
            }
            return cycles;
        } catch (error) {
            if (!(error instanceof BusFault)) {
                throw error;
            }
            this.hardFault(pc, error);
            return 1;
        }
    }

    hardFault(pc, error) {
        this.lastFault = `${error.message}, pc ${pc.toString(16)}`;
        this.PC = pc;
        if (this.IPSR !== 0 &&
            this.exceptionPriority(this.IPSR) <= HARD_FAULT_PRIORITY) {
            this.lockUp();
            return;
        }
        try {
            this.exceptionEntry(HARD_FAULT);
        } catch (second) {
            this.lockUp();
        }
    }

    // Nothing but a reset ends this.
    lockUp() {
        this.lockup = true;
        this.waiting = true;
        this.enabledInterrupts = 0;
    }
}
