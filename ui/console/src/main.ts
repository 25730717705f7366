// Entry of the office's screens. Rules live in the server; these screens ask and show.
import '@ekitei/shared/styles.css';
import './console.css';
import { mount } from 'svelte';
import { startDisplay } from '@ekitei/shared';
import { startRoom } from './lib/wide.svelte';
import App from './App.svelte';

startDisplay();
startRoom();
const target = document.getElementById('app');
if (target && !('ekiteiTooOld' in window)) mount(App, { target });
