// 保存: a picture or a file goes to a place outside of the app; the person is told.
import { errorText, faultOf, keepFile, t, toast } from '@ekitei/shared';

/** `open`: another app shows it. */
export async function keep(record: string, open = false): Promise<void> {
  try {
    if (await keepFile(record, open)) toast(t('keep.done'));
  } catch (thrown) {
    toast(errorText(faultOf(thrown)));
  }
}
