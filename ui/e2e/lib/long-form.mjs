// A form of 300 questions, as long as real sheets become when sections are put together: rulings, numbers, texts, choices.
export const QUESTIONS = 300;
const SECTIONS = 10;

export function longForm(questions = QUESTIONS) {
  const each = questions / SECTIONS;
  const words = (ja, en) => ({ ja, en });
  const question = (number) => {
    const id = `item_${number}`;
    const label = words(`点検項目 ${number}`, `Item ${number}`);
    // The first of each ten are rulings; the others take turns.
    if (number % 10 < 6) return { id, type: 'ruling', label };
    if (number % 10 === 6) return { id, type: 'integer', label, constraint: '. >= 0 and . <= 500', constraint_message: words('0から500まで', '0 to 500') };
    if (number % 10 === 7) return { id, type: 'text', label };
    if (number % 10 === 8) return { id, type: 'select_one', label, choices: ['good', 'fair', 'poor'].map((value) => ({ value, label: words(value, value) })) };
    return { id, type: 'text', label };
  };
  const section = (at) => ({
    id: `part_${at + 1}`,
    type: 'group',
    label: words(`第${at + 1}部`, `Part ${at + 1}`),
    items: Array.from({ length: each }, (_, index) => question(at * each + index + 1)),
  });
  return {
    id: 'long-form',
    version: 1,
    title: words('300問の点検票', 'Checklist of 300 questions'),
    items: Array.from({ length: SECTIONS }, (_, at) => section(at)),
  };
}
