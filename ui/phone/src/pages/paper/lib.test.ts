import type { PhotoView } from '@ekitei/shared';
import { expect, test } from 'vitest';
import { absentPhotos } from './lib';

const photo = (role: string, onPhone: boolean): PhotoView =>
  ({ role, variants: [{ variant: 'thumb', on_phone: true }, { variant: 'display', on_phone: onPhone }] }) as unknown as PhotoView;

test('only pictures that a paper shows are missed', () => {
  expect(absentPhotos({ a: [photo('photo', true), photo('photo', false)], b: [photo('signature', false)], c: [photo('file', false)], d: undefined })).toBe(2);
});
