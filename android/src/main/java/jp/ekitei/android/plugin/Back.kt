package jp.ekitei.android.plugin

import android.webkit.WebView
import androidx.activity.OnBackPressedCallback
import androidx.appcompat.app.AppCompatActivity

/**
 * The back button: one page back, and from the first page to the home screen. The activity is never finished by it: Android 11 would, and a
 * web view that is made anew in a process that lived on stays blank (Tauri's issue 15671).
 */
class Back(activity: AppCompatActivity) {
    private var web: WebView? = null

    init {
        // Added after Tauri's own, so asked before it.
        activity.onBackPressedDispatcher.addCallback(activity, object : OnBackPressedCallback(true) {
            override fun handleOnBackPressed() {
                val view = web
                if (view != null && view.canGoBack()) view.goBack() else activity.moveTaskToBack(true)
            }
        })
    }

    fun follow(webView: WebView) {
        web = webView
    }
}
