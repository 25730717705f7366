package jp.ekitei.android.plugin

import android.Manifest
import android.content.Context
import android.content.pm.PackageManager
import android.location.Location
import android.location.LocationManager
import android.os.CancellationSignal
import android.os.Handler
import android.os.Looper
import app.tauri.plugin.JSObject
import java.time.Instant
import java.time.ZoneId
import java.time.format.DateTimeFormatter

/** One look at where the phone is, with a time-out, by the framework's own service. Nothing keeps running afterwards. */
class Place(private val context: Context) {
    private val manager = context.getSystemService(LocationManager::class.java)

    fun once(timeoutMs: Long, done: (JSObject) -> Unit) {
        val provider = provider() ?: return done(json("position" to null, "why" to if (isAllowed()) "off" else "permission"))
        val cancel = CancellationSignal()
        val main = Handler(Looper.getMainLooper())
        var open = true
        val finish = { answer: JSObject ->
            if (open) {
                open = false
                main.removeCallbacksAndMessages(null)
                done(answer)
            }
        }
        main.postDelayed({
            cancel.cancel()
            finish(json("position" to null, "why" to "timeout"))
        }, timeoutMs.coerceIn(1_000, MAX_TIMEOUT_MS))
        try {
            manager.getCurrentLocation(provider, cancel, context.mainExecutor) { found ->
                finish(if (found == null) json("position" to null, "why" to "timeout") else json("position" to position(found)))
            }
        } catch (_: SecurityException) {
            finish(json("position" to null, "why" to "permission"))
        }
    }

    /** Satellites where the person allowed them, else what masts and access points tell. */
    private fun provider(): String? {
        val allowed = mutableListOf<String>()
        if (has(Manifest.permission.ACCESS_FINE_LOCATION)) allowed += LocationManager.GPS_PROVIDER
        if (isAllowed()) allowed += LocationManager.NETWORK_PROVIDER
        return allowed.firstOrNull { it in manager.allProviders && manager.isProviderEnabled(it) }
    }

    /** Roughly is enough to ask no more. */
    fun isAllowed() = has(Manifest.permission.ACCESS_COARSE_LOCATION) || has(Manifest.permission.ACCESS_FINE_LOCATION)

    private fun has(permission: String) = context.checkSelfPermission(permission) == PackageManager.PERMISSION_GRANTED

    private fun position(found: Location) = json(
        "lat" to found.latitude,
        "lon" to found.longitude,
        "accuracy_m" to found.accuracy.toDouble(),
        "at" to stamp(found.time),
    )

    companion object {
        const val MAX_TIMEOUT_MS = 120_000L

        /** An instant as the wire has it. */
        fun stamp(ms: Long): String {
            val zone = ZoneId.systemDefault()
            return DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSxxx").format(Instant.ofEpochMilli(ms).atZone(zone))
        }
    }
}
