import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

// Rules only: what needs a page is tested in a real browser (tests/e2e).
export default defineConfig({
  plugins: [svelte()],
  test: { include: ['{shared,phone,console}/src/**/*.test.ts', 'tools/**/*.test.mjs'], environment: 'node', env: { TZ: 'Asia/Tokyo' } },
});
