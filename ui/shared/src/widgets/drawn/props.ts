/** What Icon gives every picture. */
export interface DrawnProps {
  width?: string | number;
  height?: string | number;
  strokeWidth?: string | number;
  class?: string;
  'aria-hidden'?: boolean | 'true' | 'false';
}
