// Battery of the phone, from the device's facts (in the demonstration the stage's sliders stand in for a phone).
import { native } from '@ekitei/shared';

export interface Battery {
  percent: number;
  charging: boolean;
  hotspot: boolean;
}

interface BatteryManager {
  level: number;
  charging: boolean;
}

export async function readBattery(): Promise<Battery | undefined> {
  const facts = await native.deviceFacts().catch(() => undefined);
  const read = readFacts(facts);
  if (read) return read;
  const ask = (navigator as { getBattery?: () => Promise<BatteryManager> }).getBattery;
  if (!ask) return undefined;
  const manager = await ask.call(navigator).catch(() => undefined);
  return manager && { percent: Math.round(manager.level * 100), charging: manager.charging, hotspot: false };
}

/** Absent is unknown, never a guess. */
export function readFacts(facts: unknown): Battery | undefined {
  if (typeof facts !== 'object' || facts === null) return undefined;
  const { battery, hotspot } = facts as { battery?: unknown; hotspot?: unknown };
  if (typeof battery !== 'object' || battery === null) return undefined;
  const { percent, charging } = battery as Record<string, unknown>;
  if (typeof percent !== 'number') return undefined;
  return { percent: Math.min(100, Math.max(0, Math.round(percent))), charging: charging === true, hotspot: hotspot === 'on' };
}

export type BatteryHint = 'fine' | 'plug-in' | 'low';

/** A phone loses half its charge in an 8-hour day (measured by staff): below half, the day may not be reached. */
export function batteryHint(battery: Battery): BatteryHint {
  if (battery.charging || battery.percent > 50) return 'fine';
  return battery.percent <= 20 ? 'low' : 'plug-in';
}
