package jp.ekitei.android.background

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import jp.ekitei.android.Device
import jp.ekitei.android.Notices

/**
 * The phone was switched on, or the app was replaced. Before the first unlock the records cannot be read: the person is told, if
 * something waits. From the first unlock on everything goes by itself, with no screen of the app open.
 */
class BootReceiver : BroadcastReceiver() {
    override fun onReceive(context: Context, intent: Intent) {
        when (intent.action) {
            Intent.ACTION_LOCKED_BOOT_COMPLETED -> if (Restart.waits(context)) Notices(context).restarted()
            Intent.ACTION_BOOT_COMPLETED, Intent.ACTION_MY_PACKAGE_REPLACED -> {
                Restart.over(context)
                if (Duty.isOn(context)) Duty.set(context, true)
                Sweeper(context).plan(AFTER_BOOT_MS)
            }
        }
    }

    private companion object {
        /** The phone finds its network first. */
        const val AFTER_BOOT_MS = 15_000L
    }
}

/** One bit that can be read before the first unlock: whether something waits. No content, no number. */
object Restart {
    fun waiting(context: Context, waits: Boolean) {
        val shelf = Device.earlyShelf(context, "waits")
        val before = shelf.read() != null
        if (before != waits) shelf.write(if (waits) "yes" else null)
    }

    fun waits(context: Context): Boolean = Device.earlyShelf(context, "waits").read() != null

    fun over(context: Context) = Notices(context).clearRestarted()
}
