package jp.ekitei.android.logic

import java.net.URI

/** What the MDM set, read with distrust: a wrong value is named and not used. Nothing here ever weakens what is built in. */
data class ManagedConfig(
    val managed: Boolean,
    val serverUrl: String?,
    val caPin: String?,
    val caPinSpare: String?,
    val enrolmentSecret: String?,
    val lockMinutes: Int?,
    val minimumVersion: String?,
    /** Codes of what cannot be used, each the key's name. */
    val problems: List<String>,
) {
    companion object {
        const val SERVER_URL = "server_url"
        const val CA_PIN = "ca_pin"
        const val CA_PIN_SPARE = "ca_pin_spare"
        const val ENROLMENT_SECRET = "enrolment_secret"
        const val LOCK_MINUTES = "lock_minutes"
        const val MINIMUM_VERSION = "minimum_version"

        /** [values]: the restrictions by key; consoles send numbers as text, too. */
        fun read(values: Map<String, Any?>): ManagedConfig {
            val problems = mutableListOf<String>()
            fun <T> checked(key: String, parse: (String) -> T?): T? {
                val text = values[key]?.toString()?.trim().orEmpty()
                if (text.isEmpty()) return null
                return parse(text).also { if (it == null) problems += key }
            }
            val caPin = checked(CA_PIN, ::pin)
            val spare = checked(CA_PIN_SPARE, ::pin)
            val config = ManagedConfig(
                managed = values.values.any { !it?.toString().isNullOrBlank() },
                serverUrl = checked(SERVER_URL, ::url),
                caPin = caPin,
                caPinSpare = spare.takeIf { it != caPin },
                enrolmentSecret = checked(ENROLMENT_SECRET) { text -> text.takeIf { it.length in 8..512 && it.all(::isPlain) } },
                lockMinutes = checked(LOCK_MINUTES) { text -> text.toIntOrNull()?.takeIf { it in 1..AutoLock.MAX_MINUTES } },
                minimumVersion = checked(MINIMUM_VERSION) { text -> text.takeIf(VERSION::matches) },
                problems = problems,
            )
            // A spare that is the pin itself is no spare: the day of the change would cut off every phone.
            if (spare != null && spare == caPin) problems += CA_PIN_SPARE
            return config
        }

        private fun url(text: String): String? {
            val uri = runCatching { URI(text) }.getOrNull() ?: return null
            val plain = uri.scheme == "https" && !uri.host.isNullOrEmpty() && uri.userInfo == null &&
                uri.query == null && uri.fragment == null
            return text.trimEnd('/').takeIf { plain }
        }

        /** `sha256/` and 44 characters of base64: the hash of the authority's public key. */
        private fun pin(text: String): String? = text.takeIf { PIN.matches(it) }

        private fun isPlain(char: Char) = char in '!'..'~'

        private val PIN = Regex("sha256/[A-Za-z0-9+/]{43}=")
        private val VERSION = Regex("\\d{1,5}(\\.\\d{1,5}){0,3}(-[0-9A-Za-z.]+)?")
    }
}
