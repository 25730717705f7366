// Entry of the phone's screens. Rules live in the core; these screens ask and show.
import '@ekitei/shared/styles.css';
import { mount } from 'svelte';
import { startDisplay, startInsets } from '@ekitei/shared';
import App from './App.svelte';

startDisplay();
startInsets();
const target = document.getElementById('app');
if (target && !('ekiteiTooOld' in window)) mount(App, { target });
