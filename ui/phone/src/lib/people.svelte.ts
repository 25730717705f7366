// Names of colleagues: records carry staff numbers, the directory on this phone knows who they are.
import { core } from '@ekitei/shared';
import { SvelteMap } from 'svelte/reactivity';
import { status } from './status.svelte';

const names = new SvelteMap<string, string>();
const asked = new Set<string>();

/** The person's name; until it is known, and for strangers to the directory, the staff number. */
export function nameOf(staff: string): string {
  const me = status()?.me;
  if (me?.id === staff) return me.name;
  const known = names.get(staff);
  if (known !== undefined) return known;
  if (staff !== '' && !asked.has(staff)) {
    asked.add(staff);
    core('directory', { query: staff, limit: 20 }).then(
      (people) => {
        const person = people.find((one) => one.id === staff);
        if (person) names.set(staff, person.name);
      },
      // Locked meanwhile: asked again when it is next shown.
      () => asked.delete(staff),
    );
  }
  return staff;
}
