package jp.ekitei.android.plugin

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.os.Build

/** What the system tells everybody; other apps cannot make themselves heard here. For as long as the process lives. */
fun Context.listen(vararg actions: String, then: () -> Unit) {
    val filter = IntentFilter()
    actions.forEach(filter::addAction)
    val receiver = object : BroadcastReceiver() {
        override fun onReceive(context: Context, intent: Intent) = then()
    }
    registerReceiver(receiver, filter, if (Build.VERSION.SDK_INT >= 33) Context.RECEIVER_NOT_EXPORTED else 0)
}

/** The last thing that the system told about [action], if it keeps it; nothing is registered. */
fun Context.lastTold(action: String): Intent? =
    registerReceiver(null, IntentFilter(action), if (Build.VERSION.SDK_INT >= 33) Context.RECEIVER_NOT_EXPORTED else 0)
