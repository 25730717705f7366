// The drawings of checklist steps: assets/checklists/pictures, part of both front ends, so that they need no line.
const FILES: Record<string, string> = import.meta.glob('../../../../assets/checklists/pictures/*.svg', {
  eager: true,
  query: '?url',
  import: 'default',
});

const BY_NAME = new Map(Object.entries(FILES).map(([path, url]) => [path.slice(path.lastIndexOf('/') + 1), url]));

/** Where the drawing is; undefined for one that a newer office knows. */
export const pictureUrl = (name: string | null | undefined): string | undefined => (name ? BY_NAME.get(name) : undefined);

export const PICTURE_NAMES: readonly string[] = [...BY_NAME.keys()].sort();
