import { defineConfig } from 'vite';
import { ekiteiConfig } from '@ekitei/shared/vite';

// EKITEI_OFFICE names the running office server whose data the development server shows.
const office = process.env.EKITEI_OFFICE;

export default defineConfig(ekiteiConfig({ port: 5320, proxy: office ? { '/api': office } : undefined }));
