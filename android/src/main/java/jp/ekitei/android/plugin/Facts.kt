package jp.ekitei.android.plugin

import android.content.BroadcastReceiver
import android.content.Context
import android.content.Intent
import android.content.IntentFilter
import android.os.BatteryManager
import android.os.StatFs
import android.provider.Settings
import android.webkit.WebView
import app.tauri.plugin.JSObject
import jp.ekitei.android.Device

/** What the phone says about itself. What it does not tell is left out: unknown, never a guess. */
class Facts(private val context: Context, private val lines: Lines) {
    fun all(insets: JSObject?): JSObject {
        val line = lines.now()
        return json(
            "battery" to battery(),
            "network" to json("kind" to line.kind, "validated" to line.validated, "metered" to line.metered),
            "airplane" to (global(Settings.Global.AIRPLANE_MODE_ON)?.let { it != 0 }),
            "mobile_data" to (global(MOBILE_DATA)?.let { it != 0 }),
            "hotspot" to hotspot(),
            "storage_free_bytes" to runCatching { StatFs(Device.home(context).path).availableBytes }.getOrNull(),
            "webview" to WebView.getCurrentWebViewPackage()?.versionName,
            "insets" to insets,
        )
    }

    /** For as long as the process lives: calls [changed] when the charger comes or goes and when the line is another one. */
    fun watch(changed: () -> Unit) {
        lines.watch { changed() }
        val receiver = object : BroadcastReceiver() {
            override fun onReceive(context: Context, intent: Intent) = changed()
        }
        val filter = IntentFilter(Intent.ACTION_POWER_CONNECTED)
        filter.addAction(Intent.ACTION_POWER_DISCONNECTED)
        filter.addAction(Intent.ACTION_AIRPLANE_MODE_CHANGED)
        // Only the system may send these three, so no other app can.
        context.registerReceiver(receiver, filter)
    }

    private fun battery(): JSObject? {
        // Sticky: the last state comes at once, nothing is registered.
        val state = context.registerReceiver(null, IntentFilter(Intent.ACTION_BATTERY_CHANGED)) ?: return null
        val level = state.getIntExtra(BatteryManager.EXTRA_LEVEL, -1)
        val scale = state.getIntExtra(BatteryManager.EXTRA_SCALE, -1)
        if (level < 0 || scale <= 0) return null
        val tenths = state.getIntExtra(BatteryManager.EXTRA_TEMPERATURE, Int.MIN_VALUE)
        return json(
            "percent" to (level * 100 / scale).coerceIn(0, 100),
            "charging" to (state.getIntExtra(BatteryManager.EXTRA_PLUGGED, 0) != 0),
            "temperature_c" to if (tenths == Int.MIN_VALUE) null else tenths / 10.0,
        )
    }

    /**
     * Android has no public question for it. The settings value that the system itself keeps is readable on many phones; where it is
     * not, the state is unknown.
     */
    private fun hotspot(): String = when (global(SOFT_AP)) {
        0 -> "off"
        1 -> "on"
        else -> "unknown"
    }

    private fun global(name: String): Int? =
        runCatching { Settings.Global.getInt(context.contentResolver, name) }.getOrNull()

    private companion object {
        /** Kept by the system, not part of the public interface. */
        const val MOBILE_DATA = "mobile_data"
        const val SOFT_AP = "soft_ap_enabled"
    }
}
