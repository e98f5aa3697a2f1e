// SPDX-License-Identifier: GPL-3.0-or-later
// The RP2040's USB controller as a device (data sheet 4.1), as the host sees it
// token by token: a buffer that software has armed goes out when, and only
// when, the host asks for it.
//
// Complaints are what real hardware would get wrong in silence: a buffer armed
// together with its length, or just after it (4.1.2.5.1); a bulk IN buffer
// armed at the end of a frame (erratum E15); EP_ABORT on a chip that cannot (E2).
import {BasePeripheral} from './rp2040js.mjs';

const ADDR_ENDP = 0x00, MAIN_CTRL = 0x40, SOF_RD = 0x48, SIE_CTRL = 0x4c,
    SIE_STATUS = 0x50, BUFF_STATUS = 0x58, SHOULD_HANDLE = 0x5c,
    EP_ABORT = 0x60, EP_ABORT_DONE = 0x64, EP_STALL_ARM = 0x68,
    NAK_POLL = 0x6c, STALL_NAK = 0x70, USB_MUXING = 0x74, USB_PWR = 0x78,
    PHY_DIRECT = 0x7c, PHY_OVERRIDE = 0x80,
    INTR = 0x8c, INTE = 0x90, INTF = 0x94, INTS = 0x98;

// Buffer control, one half-word a buffer (4.1.2.5.1).
export const FULL = 1 << 15, DATA1 = 1 << 13, SELECT_0 = 1 << 12,
    STALL = 1 << 11, AVAILABLE = 1 << 10, LENGTH = 0x3ff;

// Endpoint control.
const ENABLE = 1 << 31, DOUBLE = 1 << 30, INT_EACH = 1 << 29, INT_PAIR = 1 << 28,
    INT_ON_STALL = 1 << 17, INT_ON_NAK = 1 << 16;
const BULK = 2;

const S = {BUS_RESET: 1 << 19, SETUP: 1 << 17, CONNECTED: 1 << 16,
    RESUME: 1 << 11, SUSPENDED: 1 << 4, VBUS: 1 << 0, DATA_SEQ: 1 << 31};
const S_CLEARS = S.BUS_RESET | S.SETUP | S.CONNECTED | S.RESUME | S.SUSPENDED |
    S.DATA_SEQ | 0x7f040000;
const I = {STALL_NAK: 1 << 19, ABORT_DONE: 1 << 18, SOF: 1 << 17,
    SETUP: 1 << 16, RESUME: 1 << 15, SUSPEND: 1 << 14, CONNECTION: 1 << 13,
    BUS_RESET: 1 << 12, VBUS: 1 << 11, DATA_SEQ: 1 << 5, BUFF: 1 << 4};

const IRQ = 5;
const SETTLE_NS = 3 * 1e9 / 48e6; // three cycles of clk_usb
const E15_FROM_NS = 800e3;
const E15_TO_NS = 998e3;
const ABORT_NS = 2000;
const E5_NS = 800e3;
const LINE_J = 1 << 2;
const BUFFER = 64; // the second of a pair lies so far behind the first

export class UsbDevice extends BasePeripheral {
    constructor(chip) {
        super(chip, 'USB');
        this.chip = chip;
        this.abortAlarm = chip.clock.createAlarm(() => this.#aborted());
        this.reset();
    }

    reset() {
        this.register = {
            [ADDR_ENDP]: 0, [MAIN_CTRL]: 0, [SIE_CTRL]: 0, [EP_ABORT]: 0,
            [EP_ABORT_DONE]: 0, [EP_STALL_ARM]: 0, [NAK_POLL]: 0x00100010,
            [STALL_NAK]: 0, [USB_MUXING]: 0, [USB_PWR]: 0, [INTE]: 0, [INTF]: 0,
            [PHY_DIRECT]: 0, [PHY_OVERRIDE]: 0,
        };
        this.frame = 0;
        this.sofAt = -Infinity;
        this.status = 0;
        this.sof = false;
        this.suspendChanged = false;
        this.seZero = false; // the host resets the bus
        this.deaf = false; // erratum E5: J was not seen after a reset
        this.idleSince = Infinity; // J is forced by GPIO15
        this.select = new Uint8Array(32); // whose turn of a pair it is
        this.done = Array.from({length: 32}, () => []); // buffers to handle
        this.shown = new Array(32).fill(null); // in SHOULD_HANDLE
        this.writtenAt = new Float64Array(64).fill(-Infinity);
        this.shadow = new Uint32Array(64); // buffer control as last seen
    }

    // ---- registers ----

    readUint32(offset) {
        switch (offset) {
        case SOF_RD:
            this.sof = false;
            this.#interrupt();
            return this.frame;
        case SIE_STATUS:
            return (this.status | (this.seZero ? 0 : LINE_J)) >>> 0;
        case BUFF_STATUS: return this.#buffStatus();
        case SHOULD_HANDLE: return this.#shouldHandle();
        case INTR: return this.#raw();
        case INTS: return this.#raw() & this.register[INTE] | this.register[INTF];
        default: return this.register[offset] ?? super.readUint32(offset);
        }
    }

    writeUint32(offset, value) {
        const bits = this.rawWriteValue;
        switch (offset) {
        case SIE_STATUS:
            this.status &= ~(bits & S_CLEARS);
            if (bits & S.SUSPENDED) {
                this.suspendChanged = false;
            }
            break;
        case BUFF_STATUS: this.#clearBuffers(bits); break;
        case EP_ABORT:
            if (this.chip.revision === 1 && value !== 0) {
                this.warn('EP_ABORT on B0 or B1 (E2)');
            }
            this.register[offset] = value;
            this.abortAlarm.schedule(ABORT_NS);
            break;
        case EP_ABORT_DONE:
        case STALL_NAK:
            this.register[offset] &= ~bits;
            break;
        case USB_MUXING:
            this.register[offset] = value;
            this.#switchLine();
            break;
        case MAIN_CTRL:
            this.register[offset] = value;
            this.#checkClock(value);
            break;
        case USB_PWR:
            this.register[offset] = value;
            this.#setVbus((value & 12) === 12);
            break;
        default:
            if (!(offset in this.register)) {
                super.writeUint32(offset, value);
            }
            this.register[offset] = value;
        }
        this.#interrupt();
    }

    #checkClock(value) {
        const {usbCtrl} = this.chip.clocks;
        const hz = this.chip.pllUsb.frequency;
        if (value & 1 && (!(usbCtrl & 1 << 11) || Math.abs(hz - 48e6) > 1)) {
            this.warn(`enabled with clk_usb ${usbCtrl & 1 << 11 ? 'on' : 'off'}` +
                ` and pll_usb at ${hz} Hz`);
        }
    }

    #setVbus(on) {
        this.status = on ? this.status | S.VBUS : this.status & ~S.VBUS;
    }

    #raw() {
        let raw = 0;
        raw |= this.register[STALL_NAK] ? I.STALL_NAK : 0;
        raw |= this.register[EP_ABORT_DONE] ? I.ABORT_DONE : 0;
        raw |= this.sof ? I.SOF : 0;
        raw |= this.status & S.SETUP ? I.SETUP : 0;
        raw |= this.status & S.RESUME ? I.RESUME : 0;
        raw |= this.suspendChanged ? I.SUSPEND : 0;
        raw |= this.status & S.CONNECTED ? I.CONNECTION : 0;
        raw |= this.status & S.BUS_RESET ? I.BUS_RESET : 0;
        raw |= this.status & S.VBUS ? I.VBUS : 0;
        raw |= this.status & S.DATA_SEQ ? I.DATA_SEQ : 0;
        raw |= this.#buffStatus() ? I.BUFF : 0;
        return raw;
    }

    #interrupt() {
        const active = this.#raw() & this.register[INTE] | this.register[INTF];
        this.chip.setInterrupt(IRQ, active !== 0);
    }

    // Two buffers of a pair may be done before software looks: clearing the
    // bit then shows the second (4.1.2.5.2).
    #buffStatus() {
        let bits = 0;
        this.shown.forEach((buffer, k) => {
            bits |= buffer === null ? 0 : 1 << k;
        });
        return bits >>> 0;
    }

    #shouldHandle() {
        let bits = 0;
        this.shown.forEach((buffer, k) => {
            bits |= buffer === 1 ? 1 << k : 0;
        });
        return bits >>> 0;
    }

    #clearBuffers(bits) {
        for (let k = 0; k < 32; k++) {
            if (bits >>> k & 1) {
                this.shown[k] = this.done[k].shift() ?? null;
            }
        }
    }

    #complete(k, buffer) {
        if (this.shown[k] === null) {
            this.shown[k] = buffer;
        } else {
            this.done[k].push(buffer);
        }
        this.#interrupt();
    }

    #aborted() {
        this.register[EP_ABORT_DONE] |= this.register[EP_ABORT];
        this.#interrupt();
    }

    // ---- memory ----

    #word(offset) {
        return this.chip.usbDPRAMView.getUint32(offset, true);
    }

    #endpointControl(k) {
        if (k < 2) {
            return ENABLE | this.register[SIE_CTRL] & (INT_EACH | DOUBLE);
        }
        return this.#word(4 * k);
    }

    #control(k, buffer) {
        return this.#word(0x80 + 4 * k) >>> 16 * buffer & 0xffff;
    }

    #setControl(k, buffer, half) {
        const keep = 0xffff << 16 * (1 - buffer);
        const word = (this.#word(0x80 + 4 * k) & keep | half << 16 * buffer) >>> 0;
        this.chip.usbDPRAMView.setUint32(0x80 + 4 * k, word, true);
        this.shadow[k] = word;
    }

    // Called by rp2040js after every write to the DPRAM.
    DPRAMUpdated(offset, word) {
        if (offset < 0x80 || offset >= 0x100) {
            return;
        }
        const k = (offset - 0x80) >> 2;
        for (const buffer of [0, 1]) {
            const now = word >>> 16 * buffer & 0xffff;
            const before = this.shadow[k] >>> 16 * buffer & 0xffff;
            this.#judge(k, buffer, before, now);
        }
        if (word & SELECT_0) {
            this.select[k] = 0;
        }
        this.shadow[k] = word;
    }

    #judge(k, buffer, before, now) {
        const {nanos} = this.chip.world;
        if ((before ^ now) & ~AVAILABLE) {
            this.writtenAt[2 * k + buffer] = nanos;
        }
        if (!(now & ~before & AVAILABLE)) {
            return;
        }
        const where = `endpoint ${k >> 1} ${k & 1 ? 'OUT' : 'IN'}`;
        if (nanos - this.writtenAt[2 * k + buffer] < SETTLE_NS) {
            this.warn(`${where} is armed before its length has settled`);
        }
        if (!(k & 1) && !(now & FULL)) {
            this.warn(`${where} is armed with an empty buffer`);
        }
        const bulk = (this.#endpointControl(k) >>> 26 & 3) === BULK;
        const since = nanos - this.sofAt;
        if (!(k & 1) && k > 1 && bulk && since > E15_FROM_NS &&
            since < E15_TO_NS) {
            this.warn(`${where} is armed ${since / 1000} us after SOF (E15)`);
        }
    }

    // ---- the bus ----

    get pullUp() {
        return (this.register[SIE_CTRL] & 1 << 16) !== 0 &&
            (this.register[MAIN_CTRL] & 3) === 1 &&
            ((this.register[USB_MUXING] & 1) !== 0 ||
                (this.register[PHY_OVERRIDE] & 4) !== 0 &&
                (this.register[PHY_DIRECT] & 2) !== 0) &&
            (this.status & S.VBUS) !== 0;
    }

    // Erratum E5, revisions B0 and B1: behind a hub with other devices on it
    // (`crowded`) the controller hears nothing after a reset before it has
    // seen J for 800 us, which software can make by GPIO15.
    #switchLine() {
        const mux = this.register[USB_MUXING];
        const {ctrl} = this.chip.gpio[15];
        const forced = (mux & 5) === 4 && (ctrl & 31) === 8 &&
            (ctrl >> 16 & 3) === 3 && (ctrl >> 12 & 3) === 2;
        const {nanos} = this.chip.world;
        if (!forced && nanos - this.idleSince >= E5_NS) {
            this.deaf = false;
        }
        this.idleSince = forced && !this.seZero ? nanos : Infinity;
    }

    busReset() {
        this.seZero = true;
        this.deaf = (this.crowded ?? false) && this.chip.revision === 1;
        this.status = (this.status | S.BUS_RESET | S.CONNECTED) &
            ~S.SUSPENDED;
        this.#interrupt();
    }

    endBusReset() {
        this.seZero = false;
    }

    // True once software has taken notice of the reset.
    get resetSeen() {
        return !(this.status & S.BUS_RESET);
    }

    startOfFrame(frame) {
        this.frame = frame;
        this.sofAt = this.chip.world.nanos;
        this.sof = true;
        this.#interrupt();
    }

    suspend() {
        this.status |= S.SUSPENDED;
        this.suspendChanged = true;
        this.#interrupt();
    }

    resume() {
        this.status = this.status & ~S.SUSPENDED | S.RESUME;
        this.#interrupt();
    }

    // The host asks for a remote wake-up by SIE_CTRL.RESUME only.
    get address() {
        return this.register[ADDR_ENDP] & 0x7f;
    }

    // Tokens return {none}, {nak}, {stall} or what came.
    setup(address, bytes) {
        if (!this.#hears(address)) {
            return {none: true};
        }
        this.chip.usbDPRAM.set(bytes, 0);
        this.register[EP_STALL_ARM] = 0;
        this.status |= S.SETUP;
        this.#interrupt();
        return {ack: true};
    }

    in(address, endpoint) {
        const k = 2 * endpoint;
        const control = this.#hears(address) ? this.#endpointControl(k) : 0;
        if (!(control & ENABLE)) {
            return {none: true};
        }
        const buffer = control & DOUBLE ? this.select[k] : 0;
        const half = this.#control(k, buffer);
        const refusal = this.register[EP_ABORT] >>> k & 1
            ? {nak: true} : this.#refusal(k, control, half);
        if (refusal) {
            return refusal;
        }
        const at = this.#bufferAt(k, control, buffer);
        const data = this.chip.usbDPRAM.slice(at, at + (half & LENGTH));
        this.#setControl(k, buffer, half & ~(AVAILABLE | FULL));
        this.#finish(k, control, buffer);
        return {pid: half & DATA1 ? 1 : 0, data};
    }

    out(address, endpoint, pid, data) {
        const k = 2 * endpoint + 1;
        const control = this.#hears(address) ? this.#endpointControl(k) : 0;
        if (!(control & ENABLE)) {
            return {none: true};
        }
        const buffer = control & DOUBLE ? this.select[k] : 0;
        const half = this.#control(k, buffer);
        const refusal = this.#refusal(k, control, half);
        if (refusal) {
            return refusal;
        }
        if (pid !== (half & DATA1 ? 1 : 0)) {
            this.status |= S.DATA_SEQ;
            this.#interrupt();
            return {ack: true}; // and thrown away, as a repetition
        }
        if (data.length > (half & LENGTH)) {
            this.warn(`${data.length} bytes come where ${half & LENGTH} fit`);
        }
        this.chip.usbDPRAM.set(data, this.#bufferAt(k, control, buffer));
        const rest = half & ~(AVAILABLE | LENGTH);
        this.#setControl(k, buffer, rest | FULL | data.length);
        this.#finish(k, control, buffer);
        return {ack: true};
    }

    #hears(address) {
        return this.pullUp && this.address === address && this.resetSeen &&
            !this.deaf && (this.register[USB_MUXING] & 1) !== 0;
    }

    // A STALL of endpoint 0 goes out only where it is armed for this SETUP.
    #refusal(k, control, half) {
        const armed = k > 1 || this.register[EP_STALL_ARM] >>> k & 1;
        const refusal = half & STALL && armed ? {stall: true} : {nak: true};
        if (half & AVAILABLE && !(half & STALL)) {
            return null;
        }
        const tell = refusal.stall ? INT_ON_STALL : INT_ON_NAK;
        if (control & tell && k > 1) {
            this.register[STALL_NAK] |= 1 << k;
            this.#interrupt();
        }
        return refusal;
    }

    #bufferAt(k, control, buffer) {
        return (k < 2 ? 0x100 : control & 0xffc0) + BUFFER * buffer;
    }

    #finish(k, control, buffer) {
        if (control & DOUBLE) {
            this.select[k] ^= 1;
        }
        if (control & INT_EACH || (control & INT_PAIR && buffer === 1)) {
            this.#complete(k, buffer);
        }
    }
}
