// Generated from assets/messages/ja.json by `npm run gen`; do not edit.

/** Each message key and the names of its parameters. */
export interface MessageParams {
  'action.back': never;
  'action.close': never;
  'app.name': never;
  'field.required': never;
  'time.days-ago': 'n';
  'time.hours-ago': 'n';
  'time.minutes-ago': 'n';
  'time.now': never;
  'time.yesterday': never;
  'toggle.off': never;
  'toggle.on': never;
}
