// libsrtp 3 is in no Debian release: its interface, as far as mediasoup uses it, on top of libsrtp 2.
#ifndef SRTP3_ON_SRTP2_H
#define SRTP3_ON_SRTP2_H
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <new>
#define srtp_policy_t srtp2_policy_t // libsrtp 2 has a struct of that name
#include <srtp2/srtp.h>
#undef srtp_policy_t

constexpr auto srtp_err_status_buffer_small = static_cast<srtp_err_status_t>(28);
constexpr auto srtp_err_status_cryptex_err  = static_cast<srtp_err_status_t>(29);

struct srtp3_policy
{
	srtp2_policy_t v2{};
	srtp_profile_t profile{ srtp_profile_reserved };
	uint8_t key[SRTP_MAX_KEY_LEN]{};
	bool hasKey{ false };
};
using srtp_policy_t = srtp3_policy*;

inline srtp_err_status_t srtp_policy_create(srtp_policy_t* policy)
{
	*policy = new (std::nothrow) srtp3_policy;
	return *policy ? srtp_err_status_ok : srtp_err_status_alloc_fail;
}

inline void srtp_policy_destroy(srtp_policy_t policy)
{
	if (policy)
	{
		volatile uint8_t* key = policy->key; // volatile: not optimized away
		for (size_t i = 0; i < sizeof(policy->key); ++i)
			key[i] = 0;
	}
	delete policy;
}

inline srtp_err_status_t srtp_policy_set_ssrc(srtp_policy_t policy, srtp_ssrc_t ssrc)
{
	policy->v2.ssrc = ssrc;
	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_profile(srtp_policy_t policy, srtp_profile_t profile)
{
	const auto err = srtp_crypto_policy_set_from_profile_for_rtp(&policy->v2.rtp, profile);
	if (err != srtp_err_status_ok)
		return err;
	policy->profile = profile;
	return srtp_crypto_policy_set_from_profile_for_rtcp(&policy->v2.rtcp, profile);
}

inline srtp_err_status_t srtp_policy_add_key(
  srtp_policy_t policy,
  const uint8_t* key,
  size_t keyLen,
  const uint8_t* salt,
  size_t saltLen,
  const uint8_t* /*mki*/,
  size_t mkiLen)
{
	// One key, no MKI: all that mediasoup asks for.
	if (
	  policy->hasKey || mkiLen != 0 || keyLen + saltLen > sizeof(policy->key) ||
	  keyLen != srtp_profile_get_master_key_length(policy->profile) ||
	  saltLen != srtp_profile_get_master_salt_length(policy->profile))
		return srtp_err_status_bad_param;
	std::memcpy(policy->key, key, keyLen);
	std::memcpy(policy->key + keyLen, salt, saltLen);
	policy->v2.key = policy->key;
	policy->hasKey = true;
	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_allow_repeat_tx(srtp_policy_t policy, bool allow)
{
	policy->v2.allow_repeat_tx = allow ? 1 : 0;
	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_policy_set_window_size(srtp_policy_t policy, size_t size)
{
	policy->v2.window_size = size;
	return srtp_err_status_ok;
}

inline srtp_err_status_t srtp_create(srtp_t* session, srtp_policy_t policy)
{
	return policy->hasKey ? ::srtp_create(session, static_cast<const srtp2_policy_t*>(&policy->v2))
	                      : srtp_err_status_bad_param;
}

inline srtp_err_status_t srtp_stream_remove(srtp_t session, uint32_t ssrc) // network order in both
{
	return ::srtp_remove_stream(session, ssrc);
}

// libsrtp 2 works in place, libsrtp 3 from one buffer into another.
template<typename Call>
inline srtp_err_status_t srtp3_in_place(
  const uint8_t* in, size_t inLen, uint8_t* out, size_t* outLen, size_t trailer, Call call)
{
	if (inLen > static_cast<size_t>(std::numeric_limits<int>::max()) - trailer)
		return srtp_err_status_bad_param;
	if (*outLen < inLen + trailer)
		return srtp_err_status_buffer_small;
	if (out != in)
		std::memmove(out, in, inLen);
	int len        = static_cast<int>(inLen);
	const auto err = call(out, &len);
	if (err == srtp_err_status_ok)
		*outLen = static_cast<size_t>(len);
	return err;
}

inline srtp_err_status_t srtp_protect(
  srtp_t ctx, const uint8_t* rtp, size_t rtpLen, uint8_t* srtp, size_t* srtpLen, size_t /*mkiIndex*/)
{
	return srtp3_in_place(
	  rtp, rtpLen, srtp, srtpLen, SRTP_MAX_TRAILER_LEN, [ctx](void* p, int* len) { return ::srtp_protect(ctx, p, len); });
}

inline srtp_err_status_t srtp_unprotect(
  srtp_t ctx, const uint8_t* srtp, size_t srtpLen, uint8_t* rtp, size_t* rtpLen)
{
	return srtp3_in_place(
	  srtp, srtpLen, rtp, rtpLen, 0, [ctx](void* p, int* len) { return ::srtp_unprotect(ctx, p, len); });
}

inline srtp_err_status_t srtp_protect_rtcp(
  srtp_t ctx, const uint8_t* rtcp, size_t rtcpLen, uint8_t* srtcp, size_t* srtcpLen, size_t /*mkiIndex*/)
{
	return srtp3_in_place(
	  rtcp, rtcpLen, srtcp, srtcpLen, SRTP_MAX_TRAILER_LEN + 4, [ctx](void* p, int* len) { return ::srtp_protect_rtcp(ctx, p, len); });
}

inline srtp_err_status_t srtp_unprotect_rtcp(
  srtp_t ctx, const uint8_t* srtcp, size_t srtcpLen, uint8_t* rtcp, size_t* rtcpLen)
{
	return srtp3_in_place(
	  srtcp, srtcpLen, rtcp, rtcpLen, 0, [ctx](void* p, int* len) { return ::srtp_unprotect_rtcp(ctx, p, len); });
}
#endif
