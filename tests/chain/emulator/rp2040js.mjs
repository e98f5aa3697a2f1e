// SPDX-License-Identifier: GPL-3.0-or-later
// The npm package rp2040js, from where tests/chain/run installed it.
import {createRequire} from 'node:module';
import path from 'node:path';

const folder = process.env.CHAIN_NPM ?? 'build/chain/npm';
const require = createRequire(path.resolve(folder, 'package.json'));

export const {RP2040, BasePeripheral, GPIOPinState} = require('rp2040js');

const sample = new RP2040();

// The classes that it does not export, taken from an instance.
export const CortexM0Core = sample.core.constructor;
export const RPPPB = sample.ppb.constructor;
export const SimulationClock = sample.clock.constructor;
export const UnimplementedPeripheral = sample.peripherals[0x40018].constructor;
