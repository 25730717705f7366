// The icons both front ends use, by the name of what they mean, so that one meaning has one picture.
import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowLeft from '@lucide/svelte/icons/arrow-left';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import BatteryMedium from '@lucide/svelte/icons/battery-medium';
import Building2 from '@lucide/svelte/icons/building-2';
import CalendarDays from '@lucide/svelte/icons/calendar-days';
import Camera from '@lucide/svelte/icons/camera';
import Check from '@lucide/svelte/icons/check';
import CheckCheck from '@lucide/svelte/icons/check-check';
import ChevronLeft from '@lucide/svelte/icons/chevron-left';
import ChevronRight from '@lucide/svelte/icons/chevron-right';
import ChevronDown from '@lucide/svelte/icons/chevron-down';
import CircleAlert from '@lucide/svelte/icons/circle-alert';
import CircleCheck from '@lucide/svelte/icons/circle-check';
import CircleDashed from '@lucide/svelte/icons/circle-dashed';
import Clock from '@lucide/svelte/icons/clock';
import CloudOff from '@lucide/svelte/icons/cloud-off';
import CloudUpload from '@lucide/svelte/icons/cloud-upload';
import Copy from '@lucide/svelte/icons/copy';
import Crop from '@lucide/svelte/icons/crop';
import Delete from '@lucide/svelte/icons/delete';
import Download from '@lucide/svelte/icons/download';
import Ellipsis from '@lucide/svelte/icons/ellipsis';
import Eraser from '@lucide/svelte/icons/eraser';
import FileText from '@lucide/svelte/icons/file-text';
import Fingerprint from '@lucide/svelte/icons/fingerprint';
import FolderOpen from '@lucide/svelte/icons/folder-open';
import GitCompareArrows from '@lucide/svelte/icons/git-compare-arrows';
import GripVertical from '@lucide/svelte/icons/grip-vertical';
import House from '@lucide/svelte/icons/house';
import Image from '@lucide/svelte/icons/image';
import Info from '@lucide/svelte/icons/info';
import Keyboard from '@lucide/svelte/icons/keyboard';
import Lock from '@lucide/svelte/icons/lock';
import LogOut from '@lucide/svelte/icons/log-out';
import MapPin from '@lucide/svelte/icons/map-pin';
import EyeOff from '@lucide/svelte/icons/eye-off';
import Menu from '@lucide/svelte/icons/menu';
import MousePointer2 from '@lucide/svelte/icons/mouse-pointer-2';
import MoveUpRight from '@lucide/svelte/icons/move-up-right';
import NotebookPen from '@lucide/svelte/icons/notebook-pen';
import PackageCheck from '@lucide/svelte/icons/package-check';
import PenLine from '@lucide/svelte/icons/pen-line';
import Minus from '@lucide/svelte/icons/minus';
import Phone from '@lucide/svelte/icons/phone';
import Plus from '@lucide/svelte/icons/plus';
import Presentation from '@lucide/svelte/icons/presentation';
import Printer from '@lucide/svelte/icons/printer';
import QrCode from '@lucide/svelte/icons/qr-code';
import RefreshCw from '@lucide/svelte/icons/refresh-cw';
import ScanText from '@lucide/svelte/icons/scan-text';
import Search from '@lucide/svelte/icons/search';
import Send from '@lucide/svelte/icons/send';
import Server from '@lucide/svelte/icons/server';
import Settings from '@lucide/svelte/icons/settings';
import Smartphone from '@lucide/svelte/icons/smartphone';
import Square from '@lucide/svelte/icons/square';
import Trash2 from '@lucide/svelte/icons/trash-2';
import TriangleAlert from '@lucide/svelte/icons/triangle-alert';
import Type from '@lucide/svelte/icons/type';
import Undo2 from '@lucide/svelte/icons/undo-2';
import Upload from '@lucide/svelte/icons/upload';
import User from '@lucide/svelte/icons/user';
import Users from '@lucide/svelte/icons/users';
import X from '@lucide/svelte/icons/x';
import MessageCircle from '@lucide/svelte/icons/message-circle';
import MessageCircleQuestion from '@lucide/svelte/icons/message-circle-question';
import Reply from '@lucide/svelte/icons/reply';
import Forward from '@lucide/svelte/icons/forward';
import Pin from '@lucide/svelte/icons/pin';
import SmilePlus from '@lucide/svelte/icons/smile-plus';
import Stamp from '@lucide/svelte/icons/stamp';
import Siren from '@lucide/svelte/icons/siren';
import Paperclip from '@lucide/svelte/icons/paperclip';
import AtSign from '@lucide/svelte/icons/at-sign';
import Hourglass from '@lucide/svelte/icons/hourglass';
import Pencil from '@lucide/svelte/icons/pencil';
import ThumbsUp from '@lucide/svelte/icons/thumbs-up';
import Heart from '@lucide/svelte/icons/heart';
import Smile from '@lucide/svelte/icons/smile';
import ClipboardCheck from '@lucide/svelte/icons/clipboard-check';
import Link2 from '@lucide/svelte/icons/link-2';
import HandHeart from '@lucide/svelte/icons/hand-heart';
import Clap from './drawn/Clap.svelte';
import Surprise from './drawn/Surprise.svelte';

export const ICONS = {
  back: ArrowLeft,
  before: ChevronLeft,
  up: ArrowUp,
  down: ArrowDown,
  battery: BatteryMedium,
  office: Building2,
  calendar: CalendarDays,
  camera: Camera,
  check: Check,
  'check-double': CheckCheck,
  next: ChevronRight,
  open: ChevronDown,
  bad: CircleAlert,
  ok: CircleCheck,
  waiting: CircleDashed,
  clock: Clock,
  offline: CloudOff,
  sending: CloudUpload,
  crop: Crop,
  backspace: Delete,
  download: Download,
  more: Ellipsis,
  eraser: Eraser,
  note: FileText,
  case: FolderOpen,
  conflict: GitCompareArrows,
  today: House,
  photo: Image,
  info: Info,
  keyboard: Keyboard,
  lock: Lock,
  'sign-out': LogOut,
  place: MapPin,
  menu: Menu,
  memo: NotebookPen,
  arrived: PackageCheck,
  pen: PenLine,
  minus: Minus,
  call: Phone,
  add: Plus,
  retry: RefreshCw,
  document: ScanText,
  search: Search,
  send: Send,
  server: Server,
  settings: Settings,
  device: Smartphone,
  delete: Trash2,
  warn: TriangleAlert,
  undo: Undo2,
  upload: Upload,
  person: User,
  people: Users,
  close: X,
  copy: Copy,
  grip: GripVertical,
  print: Printer,
  qr: QrCode,
  finger: Fingerprint,
  choose: MousePointer2,
  arrow: MoveUpRight,
  box: Square,
  letters: Type,
  veil: EyeOff,
  board: Presentation,
  chat: MessageCircle,
  ask: MessageCircleQuestion,
  reply: Reply,
  forward: Forward,
  pin: Pin,
  react: SmilePlus,
  stamp: Stamp,
  urgent: Siren,
  attach: Paperclip,
  mention: AtSign,
  held: Hourglass,
  edit: Pencil,
  'thumbs-up': ThumbsUp,
  heart: Heart,
  smile: Smile,
  surprise: Surprise,
  bow: HandHeart,
  clap: Clap,
  inspection: ClipboardCheck,
  link: Link2,
} as const;

export type IconName = keyof typeof ICONS;
