package jp.ekitei.android.plugin

import android.content.Context
import android.content.Intent
import android.os.BatteryManager
import android.os.StatFs
import android.provider.Settings
import android.webkit.WebView
import app.tauri.plugin.JSObject
import jp.ekitei.android.Device
import jp.ekitei.android.logic.Hotspot

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

    /** For as long as the process lives: calls [changed] when the charger or the hotspot comes or goes and when the line is another one. */
    fun watch(changed: () -> Unit) {
        lines.watch { changed() }
        context.listen(
            Intent.ACTION_POWER_CONNECTED, Intent.ACTION_POWER_DISCONNECTED, Intent.ACTION_AIRPLANE_MODE_CHANGED, TETHERING, ACCESS_POINT,
            then = changed,
        )
    }

    private fun battery(): JSObject? {
        val state = context.lastTold(Intent.ACTION_BATTERY_CHANGED) ?: return null
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

    /** Android has no public question for it, but the system keeps two of its own announcements, whose names have not changed for years. */
    private fun hotspot(): String {
        val tethered = runCatching { context.lastTold(TETHERING)?.getStringArrayListExtra("tetherArray") }.getOrNull()
        val point = runCatching { context.lastTold(ACCESS_POINT)?.getIntExtra("wifi_state", -1) }.getOrNull()
        return Hotspot.state(tethered, point)
    }

    private fun global(name: String): Int? =
        runCatching { Settings.Global.getInt(context.contentResolver, name) }.getOrNull()

    private companion object {
        /** Kept by the system, not part of the public interface. */
        const val MOBILE_DATA = "mobile_data"
        const val TETHERING = "android.net.conn.TETHER_STATE_CHANGED"
        const val ACCESS_POINT = "android.net.wifi.WIFI_AP_STATE_CHANGED"
    }
}
