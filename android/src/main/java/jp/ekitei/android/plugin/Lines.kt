package jp.ekitei.android.plugin

import android.content.Context
import android.net.ConnectivityManager
import android.net.Network
import android.net.NetworkCapabilities
import jp.ekitei.android.logic.KeepAlive

/** The line as the system sees it, for screens and for the background. */
class Lines(context: Context) {
    /** [validated]: the system reached something beyond the access point; a closed network may never validate. */
    data class Line(val kind: String, val validated: Boolean?, val metered: Boolean?)

    private val manager = context.getSystemService(ConnectivityManager::class.java)
    private var watch: ConnectivityManager.NetworkCallback? = null

    fun now(): Line {
        val network = manager.activeNetwork ?: return Line("none", null, null)
        val has = manager.getNetworkCapabilities(network) ?: return Line("unknown", null, null)
        return line(has)
    }

    /** [changed] is called on a thread of the system, first with the line of now. */
    fun watch(changed: (Line) -> Unit) {
        stop()
        var last: Line? = null
        val tell = { line: Line ->
            if (line != last) {
                last = line
                changed(line)
            }
        }
        val callback = object : ConnectivityManager.NetworkCallback() {
            override fun onCapabilitiesChanged(network: Network, capabilities: NetworkCapabilities) = tell(line(capabilities))
            override fun onLost(network: Network) = tell(Line("none", null, null))
        }
        manager.registerDefaultNetworkCallback(callback)
        watch = callback
    }

    fun stop() {
        watch?.let(manager::unregisterNetworkCallback)
        watch = null
    }

    private fun line(has: NetworkCapabilities) = Line(
        kind = when {
            has.hasTransport(NetworkCapabilities.TRANSPORT_CELLULAR) -> "mobile"
            has.hasTransport(NetworkCapabilities.TRANSPORT_WIFI) -> "wifi"
            has.hasTransport(NetworkCapabilities.TRANSPORT_ETHERNET) -> "ethernet"
            else -> "unknown"
        },
        validated = has.hasCapability(NetworkCapabilities.NET_CAPABILITY_VALIDATED),
        metered = !has.hasCapability(NetworkCapabilities.NET_CAPABILITY_NOT_METERED),
    )

    companion object {
        /** As the keep-alive learns it; `null` without a line. */
        fun learned(line: Line): KeepAlive.Line? = when (line.kind) {
            "none" -> null
            "mobile" -> KeepAlive.Line.CELLULAR
            "wifi" -> KeepAlive.Line.WIFI
            else -> KeepAlive.Line.OTHER
        }
    }
}
