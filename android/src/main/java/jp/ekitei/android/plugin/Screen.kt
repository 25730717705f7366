package jp.ekitei.android.plugin

import android.app.Activity
import android.graphics.Color
import android.os.Handler
import android.os.Looper
import android.view.KeyEvent
import android.view.View
import android.view.ViewGroup
import android.view.Window
import android.view.WindowManager
import jp.ekitei.android.Device
import jp.ekitei.android.logic.AutoLock

/** What protects the screen: no screenshots, a cover while the app is not in front, the automatic lock; and the volume keys. Main thread. */
class Screen(private var activity: Activity, private val tell: (String) -> Unit) {
    private val lock = AutoLock(Device.clocks)
    private val main = Handler(Looper.getMainLooper())
    private var cover: View? = null
    private var shutter = false
    private val due = Runnable { check() }

    init {
        // On from the start: the first frame may already show a name.
        secure(true)
        listenToKeys()
        plan()
    }

    fun secure(on: Boolean) {
        if (on) activity.window.addFlags(WindowManager.LayoutParams.FLAG_SECURE)
        else activity.window.clearFlags(WindowManager.LayoutParams.FLAG_SECURE)
    }

    fun shutter(on: Boolean) {
        shutter = on
    }

    fun autoLock(minutes: Int, visitOpen: Boolean) {
        lock.limit(minutes)
        lock.visit(visitOpen)
        plan()
    }

    fun touched() {
        lock.touched()
        uncover()
        plan()
    }

    /** The app leaves the front. [forCamera]: the person opened the camera from here and comes back. */
    fun left(forCamera: Boolean) {
        lock.left(forCamera)
        if (cover == null) {
            cover = View(activity).apply { setBackgroundColor(Color.WHITE) }.also {
                activity.addContentView(it, ViewGroup.LayoutParams(MATCH, MATCH))
            }
        }
        tell("hidden")
        plan()
    }

    fun returned(now: Activity) {
        if (now !== activity) {
            activity = now
            secure(true)
            listenToKeys()
        }
        val locks = lock.returned()
        if (locks) tell("lock") else uncover()
        // The lock screen has its moment to come up; a page that does not answer must not leave a blank phone.
        if (locks) main.postDelayed(::uncover, COVER_MS)
        tell("shown")
        plan()
    }

    fun end() = main.removeCallbacksAndMessages(null)

    private fun uncover() {
        val view = cover ?: return
        cover = null
        (view.parent as? ViewGroup)?.removeView(view)
    }

    private fun check() {
        if (lock.dueInMs() == 0L) tell("lock") else plan()
    }

    /** The handler's clock stands still while the phone sleeps; returning to the front asks again. */
    private fun plan() {
        main.removeCallbacks(due)
        lock.dueInMs()?.takeIf { it > 0 }?.let { main.postDelayed(due, it) }
    }

    private fun listenToKeys() {
        val window = activity.window
        val before = window.callback ?: return
        if (before !is Keys) window.callback = Keys(before)
    }

    private inner class Keys(private val before: Window.Callback) : Window.Callback by before {
        override fun dispatchKeyEvent(event: KeyEvent): Boolean {
            val volume = event.keyCode == KeyEvent.KEYCODE_VOLUME_UP || event.keyCode == KeyEvent.KEYCODE_VOLUME_DOWN
            if (!shutter || !volume) return before.dispatchKeyEvent(event)
            if (event.action == KeyEvent.ACTION_DOWN && event.repeatCount == 0) tell("shutter")
            return true
        }

        // Methods with a body in the interface are not passed on by themselves.
        override fun onProvideKeyboardShortcuts(
            data: MutableList<android.view.KeyboardShortcutGroup>?, menu: android.view.Menu?, deviceId: Int,
        ) = before.onProvideKeyboardShortcuts(data, menu, deviceId)

        override fun onPointerCaptureChanged(hasCapture: Boolean) = before.onPointerCaptureChanged(hasCapture)
    }

    private companion object {
        const val MATCH = ViewGroup.LayoutParams.MATCH_PARENT
        const val COVER_MS = 1_500L
    }
}
