// A message as its bubble shows it; each screen makes it of what its own side says.
export interface SaidFile {
  id: string;
  name: string;
  bytes: number;
  /** Where it is saved from; neither: it has not come yet. */
  href?: string;
  /** In place of an address: the phone's own way to save it. */
  onkeep?: () => void;
}

export interface SetMark {
  mark: string;
  names: readonly string[];
  /** Set by oneself, too: a press takes it back. */
  mine: boolean;
}

export interface Said {
  own: boolean;
  /** Who says it. */
  name: string;
  text: string;
  /** None: the office does not have it yet. */
  atMs?: number;
  /** By the writer's clock; shown when the message arrived much later. */
  writtenMs?: number;
  /** Taken back: nothing of it is left. */
  unsent?: boolean;
  edited?: boolean;
  pinned?: boolean;
  /** 緊急: why. */
  urgent?: string | null;
  stamp?: string | null;
  /** It calls oneself. */
  calls?: boolean;
  /** The answer that the asker chose. */
  chosen?: boolean;
  question?: { words: string; href?: string; answered?: string };
  forward?: { name: string; room: string };
  reply?: { id?: string; name: string; text: string };
  /** `away`: what is said when it does not open. */
  link?: { kind: string; label: string; away: string };
  files?: readonly SaidFile[];
  /** Pictures and files that have not come yet. */
  missing?: number;
  reactions?: readonly SetMark[];
}
