package jp.ekitei.android.background

import android.app.ActivityManager
import android.app.ActivityManager.RunningAppProcessInfo
import android.content.Context
import android.os.Process

/** The other process of this app: the one with the screens. */
class Screens(private val context: Context) {
    fun areInFront(): Boolean = process()?.let { it.importance <= RunningAppProcessInfo.IMPORTANCE_VISIBLE } ?: false

    /** Every keystroke is on the disk; a step that was under way is repeated. */
    fun end() {
        process()?.let { Process.killProcess(it.pid) }
    }

    private fun process(): RunningAppProcessInfo? =
        context.getSystemService(ActivityManager::class.java).runningAppProcesses.orEmpty().firstOrNull { it.processName == context.packageName }
}
