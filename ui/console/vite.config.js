import { defineConfig } from 'vite';
import { ekiteiConfig } from '@ekitei/shared/vite';

// EKITEI_HOST names the running host whose data the development server shows.
const host = process.env.EKITEI_HOST;

export default defineConfig(ekiteiConfig({ port: 5320, proxy: host ? { '/v1': host, '/console': host } : undefined }));
