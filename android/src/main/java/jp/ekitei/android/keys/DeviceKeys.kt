package jp.ekitei.android.keys

import android.app.KeyguardManager
import android.content.Context
import android.os.Build
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyInfo
import android.security.keystore.KeyPermanentlyInvalidatedException
import android.security.keystore.KeyProperties
import android.security.keystore.StrongBoxUnavailableException
import android.security.keystore.UserNotAuthenticatedException
import jp.ekitei.core.KeystoreCallback
import jp.ekitei.core.KeystoreException
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.ProviderException
import javax.crypto.KeyGenerator
import javax.crypto.Mac
import javax.crypto.SecretKey
import javax.crypto.SecretKeyFactory

/**
 * Two keys in Android Keystore that never leave it; a purpose goes in and 32 bytes come out.
 *
 * The **queue key** needs no user, so a locked phone delivers. The **vault key** works only for some hours after the phone itself was
 * unlocked with its screen lock or strong biometrics; the PIN is entangled with it. A key that has gone is never replaced while its mark
 * says that it was used: a new one would only hide that the data cannot be read any more.
 */
class DeviceKeys(private val context: Context) : KeystoreCallback {
    private val store: KeyStore by lazy { KeyStore.getInstance(PROVIDER).apply { load(null) } }

    override fun describe(): String = "Android Keystore, ${level()}"

    override fun hmac(purpose: String): ByteArray = try {
        val mac = Mac.getInstance(KeyProperties.KEY_ALGORITHM_HMAC_SHA256)
        mac.init(key(aliasOf(purpose)))
        mac.doFinal(purpose.toByteArray())
    } catch (gone: KeyPermanentlyInvalidatedException) {
        throw KeystoreException.Changed(gone.javaClass.simpleName)
    } catch (locked: UserNotAuthenticatedException) {
        throw KeystoreException.Unavailable(LOCKED)
    } catch (failure: GeneralSecurityException) {
        throw KeystoreException.Unavailable(failure.javaClass.simpleName)
    } catch (failure: ProviderException) {
        // The secure hardware is busy or restarts; Android reports it so.
        throw KeystoreException.Unavailable(failure.javaClass.simpleName)
    }

    /** Where the queue key is: `strongbox`, `tee`, `software` or `unknown`. */
    fun level(): String = try {
        val key = key(QUEUE)
        val info = SecretKeyFactory.getInstance(key.algorithm, PROVIDER).getKeySpec(key, KeyInfo::class.java) as KeyInfo
        levelOf(info)
    } catch (_: GeneralSecurityException) {
        "unknown"
    } catch (_: ProviderException) {
        "unknown"
    } catch (_: KeystoreException) {
        "unknown"
    }

    fun isDeviceSecure(): Boolean = context.getSystemService(KeyguardManager::class.java).isDeviceSecure

    /** Whether the vault key asks the hardware for a person's unlocking. */
    fun isUserBound(): Boolean = try {
        val key = key(VAULT)
        val info = SecretKeyFactory.getInstance(key.algorithm, PROVIDER).getKeySpec(key, KeyInfo::class.java) as KeyInfo
        info.isUserAuthenticationRequired
    } catch (_: GeneralSecurityException) {
        false
    } catch (_: ProviderException) {
        false
    } catch (_: KeystoreException) {
        false
    }

    @Synchronized
    private fun key(alias: String): SecretKey {
        (store.getKey(alias, null) as SecretKey?)?.let { return it }
        if (marks.getBoolean(alias, false)) throw KeystoreException.Changed("missing")
        val made = try {
            generate(alias, strongBox = true)
        } catch (_: StrongBoxUnavailableException) {
            generate(alias, strongBox = false)
        }
        marks.edit().putBoolean(alias, true).commit()
        return made
    }

    private fun generate(alias: String, strongBox: Boolean): SecretKey {
        val spec = KeyGenParameterSpec.Builder(alias, KeyProperties.PURPOSE_SIGN).setIsStrongBoxBacked(strongBox)
        // Without a screen lock such a key cannot be made; the screen tells that (`device_secure`), and the MDM should ask for one.
        if (alias == VAULT && isDeviceSecure()) {
            spec.setUserAuthenticationRequired(true)
            spec.setUserAuthenticationParameters(UNLOCKED_FOR_S, KeyProperties.AUTH_DEVICE_CREDENTIAL or KeyProperties.AUTH_BIOMETRIC_STRONG)
        }
        val generator = KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_HMAC_SHA256, PROVIDER)
        generator.init(spec.build())
        return generator.generateKey()
    }

    /** Which keys were made, so that a lost one is noticed. Only the screens make keys first; later nobody writes here. */
    private val marks get() = context.getSharedPreferences("ekitei-keys", Context.MODE_PRIVATE)

    companion object {
        const val PROVIDER = "AndroidKeyStore"

        /** Detail of a refusal that `keystore_confirm` mends. */
        const val LOCKED = "screen-lock"

        /** Unlocking the phone opens the vault key for so long: a working morning without a second question. */
        const val UNLOCKED_FOR_S = 4 * 3600

        private const val QUEUE = "ekitei-queue-1"
        private const val VAULT = "ekitei-vault-1"

        fun aliasOf(purpose: String): String = if (purpose.startsWith("vault")) VAULT else QUEUE

        fun levelOf(info: KeyInfo): String {
            if (Build.VERSION.SDK_INT >= 31) {
                return when (info.securityLevel) {
                    KeyProperties.SECURITY_LEVEL_STRONGBOX -> "strongbox"
                    KeyProperties.SECURITY_LEVEL_TRUSTED_ENVIRONMENT, KeyProperties.SECURITY_LEVEL_UNKNOWN_SECURE -> "tee"
                    KeyProperties.SECURITY_LEVEL_SOFTWARE -> "software"
                    else -> "unknown"
                }
            }
            @Suppress("DEPRECATION")
            return if (info.isInsideSecureHardware) "tee" else "software"
        }
    }
}
