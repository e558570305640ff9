// mediasoup uses these as drop-in standard maps and sets; the standard ones keep references valid for longer, so they
// can stand in.
#ifndef ANKERL_UNORDERED_DENSE_STD_SHIM_H
#define ANKERL_UNORDERED_DENSE_STD_SHIM_H
#include <cstddef>
#include <cstdint>
#include <functional>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
namespace ankerl::unordered_dense
{
	template<typename T>
	struct hash
	{
		size_t operator()(const T& value) const noexcept
		{
			if constexpr (std::is_integral_v<T> || std::is_enum_v<T>)
				return mix(static_cast<uint64_t>(value));
			else if constexpr (std::is_pointer_v<T>)
				return mix(static_cast<uint64_t>(reinterpret_cast<uintptr_t>(value)));
			else
				return std::hash<T>{}(value);
		}
		static constexpr size_t mix(uint64_t x) noexcept // splitmix64 finalizer
		{
			x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
			x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
			return static_cast<size_t>(x ^ (x >> 31));
		}
	};
	template<typename K, typename V, typename H = hash<K>, typename E = std::equal_to<K>>
	using map = std::unordered_map<K, V, H, E>;
	template<typename K, typename H = hash<K>, typename E = std::equal_to<K>>
	using set = std::unordered_set<K, H, E>;
} // namespace ankerl::unordered_dense
#endif
