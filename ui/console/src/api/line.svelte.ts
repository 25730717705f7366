// Whether the office server answers. Calm: one fact, no alarm; what is on the screen stays.

const line = $state({ offline: false });

export const isOffline = (): boolean => line.offline;

export function heard(): void {
  line.offline = false;
}

export function silent(): void {
  line.offline = true;
}
