package jp.ekitei.android.plugin

import android.graphics.Insets
import android.view.View
import android.view.WindowInsets
import android.webkit.WebView
import app.tauri.plugin.JSObject
import java.util.Locale

/** What system bars, cut-outs and the keyboard cover, told to the web view as CSS variables: older web views report none. */
class Edges(private val changed: (JSObject) -> Unit) {
    private var web: WebView? = null
    private var last: JSObject? = null

    /** Follows the view that shows the screens. Main thread. */
    fun follow(webView: WebView) {
        web = webView
        webView.setOnApplyWindowInsetsListener { view, insets ->
            apply(view, insets)
            // The system pads nothing: the page does it, keyboard included.
            WindowInsets.CONSUMED
        }
        // A page that was loaded anew has lost its variables.
        var loaded = false
        webView.viewTreeObserver.addOnPreDrawListener {
            val now = webView.progress == WHOLE
            if (now && !loaded) webView.requestApplyInsets()
            loaded = now
            true
        }
        webView.requestApplyInsets()
    }

    /** In CSS pixels; `null` before the first layout. */
    fun now(): JSObject? = last

    private fun apply(view: View, insets: WindowInsets) {
        val bars = insets.getInsets(WindowInsets.Type.systemBars() or WindowInsets.Type.displayCutout())
        val keyboard = insets.getInsets(WindowInsets.Type.ime()).bottom
        val density = view.resources.displayMetrics.density
        val told = told(bars, keyboard, density)
        web?.evaluateJavascript(script(told), null)
        if (told.toString() != last?.toString()) {
            last = told
            changed(told)
        }
    }

    private fun told(bars: Insets, keyboard: Int, density: Float): JSObject {
        fun css(pixels: Int) = (pixels / density).toDouble()
        return json(
            "top" to css(bars.top), "right" to css(bars.right), "left" to css(bars.left),
            // The keyboard's height includes the bar below it.
            "bottom" to css(if (keyboard > 0) 0 else bars.bottom), "keyboard" to css(keyboard),
        )
    }

    private fun script(told: JSObject): String {
        val set = SIDES.joinToString("") { side ->
            "s.setProperty('--inset-$side','${String.format(Locale.ROOT, "%.2f", told.getDouble(side))}px');"
        }
        return "(function(){var s=document.documentElement&&document.documentElement.style;if(!s)return;$set})()"
    }

    private companion object {
        const val WHOLE = 100
        val SIDES = listOf("top", "right", "bottom", "left", "keyboard")
    }
}
