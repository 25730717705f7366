// Invented people and places for the stand-in host.
import { randomUUID } from 'node:crypto';

const at = (hoursAgo, minutes = 0) => new Date(Date.now() + 9 * 3600e3 - hoursAgo * 3600e3 - minutes * 60e3).toISOString().replace('Z', '+09:00');
const HUES = [['#8fb3c9', '#7a6a55'], ['#bcd3df', '#5d7a4a'], ['#d8dfe4', '#8b8f94'], ['#a9c4d6', '#9c8a5f']];

const scene = (index, words) => {
  const [sky, earth] = HUES[index % HUES.length];
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="1200"><rect width="1600" height="1200" fill="${sky}"/><path d="M0 700 400 ${420 + index * 30} 800 640 1200 ${380 + index * 20} 1600 600V1200H0Z" fill="${earth}"/><rect x="${300 + index * 60}" y="760" width="420" height="240" fill="#eee"/><text x="${330 + index * 60}" y="890" font-size="64" fill="#222">${words}</text></svg>`);
};

export function seed(mode) {
  const sections = ['空知野振興局/商工労働観光課/指導保安係'];
  const places = [
    ['砂-0412', '北柏沢第二砂利採取場', '北柏沢町字上幌別123番地'], ['火-0077', '雄信内発破工業 火薬庫', '雄信内村字中川45番地2'],
    ['宅-0230', '公宅点検 職員住宅若葉団地3号棟 令和8年度後期定期点検(雪害対策を含む)', '若葉市東3条西12丁目'], ['福-1108', '', ''],
    ['砂-0398', '南浜砂利採取場', '南浜町字汐見9番地'],
  ];
  const cases = places.map(([number, name, place], index) => ({ id: randomUUID(), number, name, place, section: sections[0], state: 'open', restricted: name === '', followed: index < 4, assigned: index < 4, lat: null, lon: null }));
  const me = { id: 's-1001', name: '留萌 ゆき', kana: 'るもい ゆき', sections };
  const visit = (index, title, planned_at, state, isToday) => ({ id: randomUUID(), case: cases[index].id, case_number: cases[index].number, case_name: cases[index].name, place: cases[index].place, title, planned_at, state, people: [me.id], progress: 'arrived', today: isToday });
  const visits = [visit(0, '立入検査', at(-0.5), 'planned', true), visit(3, '家庭訪問', at(2), 'planned', true), visit(0, '現地確認', at(24 * 20), 'accepted', false)];
  const note = (index, title, text, written_at, progress, extra = {}) => ({ id: randomUUID(), case: index === null ? null : cases[index].id, visit: null, title, text, strokes: null, template: null, written_at, finished_at: null, author: me.name, progress, conflicted: false, ...extra });
  const wave = (y) => ({ points: Array.from({ length: 40 }, (_, k) => [20 + k * 7, y + Math.sin(k / 2) * 12, 0.5, k * 16]), color: '#1a1a1a', size: 4 });
  const notes = [
    note(0, '現地メモ', '北側法面の湧水が前回より増えている。排水溝の土砂は半分ほど堆積。責任者の髙橋さんに清掃を依頼し、来週中に写真で報告してもらう約束。', at(2), 'waiting'),
    note(0, '電話メモ', '採取計画の変更届について問い合わせ。様式は窓口で渡すと回答。', at(26), 'filed', { finished_at: at(25) }),
    note(0, '手書き', '', at(3), 'waiting', { strokes: [wave(40), wave(90)] }),
    note(3, '訪問メモ', '体調は落ち着いている。年金の通知を確認した。', at(50), 'kept', { finished_at: at(49) }),
    note(null, '', '明日の持ち物:三脚、予備電池、検査票', at(5), 'waiting'),
  ];
  const captions = ['北側法面の湧水', '排水溝の堆積', '', '採取場入口の標識。文字がうすれて読めないので、取りかえを依頼した。'];
  const bytes = new Map();
  const photos = captions.concat(captions).map((caption, index) => {
    const id = randomUUID();
    bytes.set(id, scene(index, caption.slice(0, 6) || '全景'));
    return { id, case: cases[0].id, visit: visits[0].id, note: null, caption, taken_at: at(index < 4 ? 2 : 480, index), width: 4000, height: 3000, lat: 43.5, lon: 142.1, author: me.name, progress: index < 3 ? 'waiting' : index < 5 ? 'arrived' : 'filed', variants: [], filed: index < 5 ? null : '…' };
  });
  const row = (what, title, number, hours, size, sent, parked = null) => ({ item: randomUUID(), lane: what === 'original' ? 4 : what === 'display' ? 3 : 2, what, title, case_number: number, since: at(hours), bytes: size, sent_bytes: sent, frozen: sent > 0, parked });
  const queue = [
    row('photo', '手動で読み込んだ画像', '砂-0412', 4, 5_100_000, 0, { code: 'photo-heic', params: { name: 'IMG_0021.HEIC' }, cure: 'ask' }),
    row('note', '現地メモ', '砂-0412', 2, 1400, 0), row('note', '手書き', '砂-0412', 3, 22_000, 0), row('photo', '北側法面の湧水', '砂-0412', 2, 900, 0),
    row('display', '北側法面の湧水', '砂-0412', 2, 480_000, 210_000), row('original', '北側法面の湧水', '砂-0412', 2, 4_100_000, 0), row('original', '排水溝の堆積', '砂-0412', 2, 3_900_000, 0),
  ];
  const conflicts = [{ id: randomUUID(), record: notes[1].id, record_kind: 'note', case: cases[0].id, title: '電話メモ', field: 'text', mine: '採取計画の変更届について問い合わせ。様式は郵送すると回答。', theirs: notes[1].text, by: '天塩 たくみ', own: true }];
  const scenes = new Map(['砂利採取場の全景.jpg', '年金のお知らせ.jpg', '火薬庫の扉.jpg'].map((name, index) => [name, scene(index, name.slice(0, 5))]));
  const empty = mode === 'empty';
  return {
    enrolled: mode !== 'fresh', locked: mode === 'locked', me, device: randomUUID(), line: empty ? 'online' : 'offline', lastContact: at(3), notices: [],
    cases: empty ? [] : cases, visits: empty ? [] : visits, notes: empty ? [] : notes, photos: empty ? [] : photos, queue: empty ? [] : queue, conflicts: empty ? [] : conflicts,
    drafts: new Map(), inbox: new Map(), bytes, scenes, settings: { language: 'ja', theme: 'light', glove: false, text_percent: 100 },
  };
}
