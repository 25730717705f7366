// The one build configuration of both front ends: an old WebView as target, no inline code, no host names.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { svelte } from '@sveltejs/vite-plugin-svelte';

/** Phones were handed out in March 2022 and their WebView may never have been updated since. */
export const WEBVIEW_VERSION = 95;

const beside = (path) => fileURLToPath(new URL(path, import.meta.url));

/** Files that both pages carry unbundled: the ES5 guard must run where modules do not parse. */
const COMMON_FILES = {
  'webview-guard.js': beside('./src/webview-guard.js'),
  'icon.svg': beside('../../assets/icons/ekitei.svg'),
};

function commonFiles() {
  return {
    name: 'ekitei-common-files',
    configureServer(server) {
      for (const [name, path] of Object.entries(COMMON_FILES)) {
        server.middlewares.use(`/${name}`, (_request, response) => {
          response.setHeader('content-type', name.endsWith('.svg') ? 'image/svg+xml' : 'text/javascript');
          response.end(readFileSync(path));
        });
      }
    },
    generateBundle() {
      for (const [fileName, path] of Object.entries(COMMON_FILES)) {
        this.emitFile({ type: 'asset', fileName, source: readFileSync(path) });
      }
    },
  };
}

/**
 * @param {{ port: number, proxy?: Record<string, string | object> }} options
 * @returns {import('vite').UserConfig}
 */
export function ekiteiConfig({ port, proxy }) {
  return {
    base: './',
    plugins: [svelte(), commonFiles()],
    server: { port, strictPort: true, host: '127.0.0.1', proxy, fs: { allow: ['../..'] } },
    build: {
      target: `chrome${WEBVIEW_VERSION}`,
      cssTarget: `chrome${WEBVIEW_VERSION}`,
      // data: URLs and an injected polyfill would need a weaker content security policy.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      emptyOutDir: true,
      reportCompressedSize: false,
    },
  };
}
