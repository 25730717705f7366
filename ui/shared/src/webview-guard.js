/* First script of both pages, in ES5: a WebView that cannot run the program says so in words instead of staying white. */
(function () {
  var found = /(?:Chrome|Chromium)\/(\d+)/.exec(navigator.userAgent);
  var version = found ? parseInt(found[1], 10) : 0;
  /* Another engine (the desktop shell's WebKit) names no Chrome version and is not judged here. */
  if (!version || version >= 95) return;
  window.ekiteiTooOld = true;
  function say() {
    var box = document.createElement('div');
    box.setAttribute('role', 'alert');
    box.className = 'webview-guard';
    var lines = [
      ['ja', 'このスマートフォンの表示部品(Android System WebView ' + version + ')が古いため、駅逓を開けません。'],
      ['ja', '情報担当に「WebView 95 以上への更新」を依頼してください。端末に保存した記録はそのまま残っています。'],
      ['en', 'Ekitei cannot open: the Android System WebView ' + version + ' is too old (95 or newer is needed). Ask your IT desk to update it. Records on this phone are kept.']
    ];
    for (var i = 0; i < lines.length; i += 1) {
      var line = document.createElement('p');
      line.setAttribute('lang', lines[i][0]);
      line.appendChild(document.createTextNode(lines[i][1]));
      box.appendChild(line);
    }
    var app = document.getElementById('app');
    if (app) app.style.display = 'none';
    document.body.appendChild(box);
  }
  if (document.body) say();
  else document.addEventListener('DOMContentLoaded', say);
})();
