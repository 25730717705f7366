// A picture or a file leaves the app for a place that the person chooses.
import type { Fault } from '../gen/bridge';
import { BridgeError, HOST_SILENT, insideTauri, invoke } from './transport';

/** `false`: the person chose no place. `open`: another app is asked to show it. */
export async function keepFile(record: string, open = false): Promise<boolean> {
  if (!insideTauri()) return download(`/keep/${encodeURIComponent(record)}`);
  const answer = await invoke('keep_file', { record, open });
  if ('err' in answer) throw new BridgeError(answer.err);
  return (answer.ok as { saved?: unknown }).saved === true;
}

async function download(url: string): Promise<boolean> {
  const answer = await fetch(url).catch(() => undefined);
  if (!answer?.ok) {
    const said = (await answer?.json().catch(() => undefined)) as { err?: Fault } | undefined;
    throw new BridgeError(said?.err ?? { code: HOST_SILENT, params: {}, cure: 'retry' });
  }
  const link = document.createElement('a');
  link.href = URL.createObjectURL(await answer.blob());
  link.download = decodeURIComponent(/filename\*=UTF-8''([^;]+)/.exec(answer.headers.get('content-disposition') ?? '')?.[1] ?? '');
  link.click();
  URL.revokeObjectURL(link.href);
  return true;
}
