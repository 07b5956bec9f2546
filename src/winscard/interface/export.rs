//! The names that programs know.

/// Gives a shared object the functions and data of pcsc-lite's library, under their names. The argument is a static
/// [`Library`](crate::library::Library).
#[cfg(not(windows))]
#[macro_export]
macro_rules! export {
    ($library:expr) => {
        const _: () = {
            use std::ffi::{c_char, c_void};

            use $crate::interface::{self, ContextNumber, Dword, Entry, HandleNumber, IoRequest, Long};

            $crate::export! {
                $library;
                SCardEstablishContext(scope: Dword, _one: *const c_void, _two: *const c_void, context: *mut ContextNumber)
                    => establish(scope, context);
                SCardReleaseContext(context: ContextNumber) => release(context);
                SCardIsValidContext(context: ContextNumber) => is_valid(context);
                SCardConnect(
                    context: ContextNumber, reader: *const c_char, share: Dword, preferred: Dword,
                    handle: *mut HandleNumber, active: *mut Dword
                ) => connect(context, reader.cast::<u8>(), share, preferred, handle, active);
                SCardReconnect(
                    handle: HandleNumber, share: Dword, preferred: Dword, initialization: Dword, active: *mut Dword
                ) => reconnect(handle, share, preferred, initialization, active);
                SCardDisconnect(handle: HandleNumber, disposition: Dword) => disconnect(handle, disposition);
                SCardBeginTransaction(handle: HandleNumber) => begin(handle);
                SCardEndTransaction(handle: HandleNumber, disposition: Dword) => end(handle, disposition);
                SCardStatus(
                    handle: HandleNumber, name: *mut c_char, name_length: *mut Dword, state: *mut Dword,
                    protocol: *mut Dword, atr: *mut u8, atr_length: *mut Dword
                ) => status(handle, name.cast::<u8>(), name_length, state, protocol, atr, atr_length);
                SCardGetStatusChange(
                    context: ContextNumber, timeout: Dword, entries: *mut Entry<c_char>, number: Dword
                ) => status_change(context, timeout, entries.cast::<Entry<u8>>(), number);
                SCardControl(
                    handle: HandleNumber, code: Dword, input: *const c_void, length: Dword, answer: *mut c_void,
                    most: Dword, returned: *mut Dword
                ) => control(handle, code, input, length, answer, most, returned);
                SCardTransmit(
                    handle: HandleNumber, protocol: *const IoRequest, command: *const u8, length: Dword,
                    received: *mut IoRequest, answer: *mut u8, answer_length: *mut Dword
                ) => transmit(handle, protocol, command, length, received, answer, answer_length);
                SCardListReaderGroups(context: ContextNumber, groups: *mut c_char, length: *mut Dword)
                    => groups(context, groups.cast::<u8>(), length);
                SCardListReaders(
                    context: ContextNumber, groups: *const c_char, names: *mut c_char, length: *mut Dword
                ) => list(context, groups.cast::<u8>(), names.cast::<u8>(), length);
                SCardFreeMemory(context: ContextNumber, memory: *const c_void) => free(context, memory);
                SCardCancel(context: ContextNumber) => cancel(context);
                SCardGetAttrib(handle: HandleNumber, id: Dword, value: *mut u8, length: *mut Dword)
                    => attribute(handle, id, value, length);
                SCardSetAttrib(handle: HandleNumber, id: Dword, value: *const u8, length: Dword)
                    => set_attribute(handle, id, value, length);
            }

            #[unsafe(no_mangle)]
            extern "C" fn pcsc_stringify_error(code: Long) -> *const c_char {
                interface::stringify(code)
            }

            #[unsafe(no_mangle)]
            static g_rgSCardT0Pci: IoRequest = interface::T0;
            #[unsafe(no_mangle)]
            static g_rgSCardT1Pci: IoRequest = interface::T1;
            #[unsafe(no_mangle)]
            static g_rgSCardRawPci: IoRequest = interface::RAW;
        };
    };
    ($library:expr; $($name:ident($($argument:ident: $kind:ty),*) => $function:ident($($given:expr),*);)*) => {
        $(
            #[unsafe(no_mangle)]
            #[allow(unused_unsafe, reason = "some of them take no pointer, and are safe")]
            unsafe extern "system" fn $name($($argument: $kind),*) -> Long {
                // SAFETY: the program vouches for its pointers, as the function says.
                unsafe { interface::$function(&$library, $($given),*) }
            }
        )*
    };
}

/// Gives a library the functions and data of Windows' winscard.dll, under their names. The argument is a static
/// [`Library`](crate::library::Library).
#[cfg(windows)]
#[macro_export]
macro_rules! export {
    ($library:expr) => {
        const _: () = {
            use std::ffi::c_void;

            use $crate::interface::{self, ContextNumber, Dword, Entry, HandleNumber, IoRequest, Long};

            $crate::export! {
                $library;
                SCardEstablishContext(scope: Dword, _one: *const c_void, _two: *const c_void, context: *mut ContextNumber)
                    => establish(scope, context);
                SCardReleaseContext(context: ContextNumber) => release(context);
                SCardIsValidContext(context: ContextNumber) => is_valid(context);
                SCardReconnect(
                    handle: HandleNumber, share: Dword, preferred: Dword, initialization: Dword, active: *mut Dword
                ) => reconnect(handle, share, preferred, initialization, active);
                SCardDisconnect(handle: HandleNumber, disposition: Dword) => disconnect(handle, disposition);
                SCardBeginTransaction(handle: HandleNumber) => begin(handle);
                SCardEndTransaction(handle: HandleNumber, disposition: Dword) => end(handle, disposition);
                SCardState(
                    handle: HandleNumber, said: *mut Dword, protocol: *mut Dword, atr: *mut u8, atr_length: *mut Dword
                ) => state(handle, said, protocol, atr, atr_length);
                SCardControl(
                    handle: HandleNumber, code: Dword, input: *const c_void, length: Dword, answer: *mut c_void,
                    most: Dword, returned: *mut Dword
                ) => control(handle, code, input, length, answer, most, returned);
                SCardTransmit(
                    handle: HandleNumber, protocol: *const IoRequest, command: *const u8, length: Dword,
                    received: *mut IoRequest, answer: *mut u8, answer_length: *mut Dword
                ) => transmit(handle, protocol, command, length, received, answer, answer_length);
                SCardGetTransmitCount(handle: HandleNumber, number: *mut Dword) => transmit_count(handle, number);
                SCardFreeMemory(context: ContextNumber, memory: *const c_void) => free(context, memory);
                SCardCancel(context: ContextNumber) => cancel(context);
                SCardGetAttrib(handle: HandleNumber, id: Dword, value: *mut u8, length: *mut Dword)
                    => attribute(handle, id, value, length);
                SCardSetAttrib(handle: HandleNumber, id: Dword, value: *const u8, length: Dword)
                    => set_attribute(handle, id, value, length);
                SCardAudit(_context: ContextNumber, _event: Dword) => unsupported();
            }
            $crate::export! { $library, u8: SCardConnectA SCardStatusA SCardGetStatusChangeA SCardListReaderGroupsA
                SCardListReadersA SCardListCardsA SCardListInterfacesA SCardLocateCardsA SCardLocateCardsByATRA
                SCardGetProviderIdA SCardGetCardTypeProviderNameA SCardSetCardTypeProviderNameA SCardIntroduceReaderGroupA
                SCardForgetReaderGroupA SCardIntroduceReaderA SCardForgetReaderA SCardAddReaderToGroupA
                SCardRemoveReaderFromGroupA SCardIntroduceCardTypeA SCardForgetCardTypeA SCardReadCacheA SCardWriteCacheA
                SCardGetReaderIconA SCardGetDeviceTypeIdA SCardGetReaderDeviceInstanceIdA
                SCardListReadersWithDeviceInstanceIdA }
            $crate::export! { $library, u16: SCardConnectW SCardStatusW SCardGetStatusChangeW SCardListReaderGroupsW
                SCardListReadersW SCardListCardsW SCardListInterfacesW SCardLocateCardsW SCardLocateCardsByATRW
                SCardGetProviderIdW SCardGetCardTypeProviderNameW SCardSetCardTypeProviderNameW SCardIntroduceReaderGroupW
                SCardForgetReaderGroupW SCardIntroduceReaderW SCardForgetReaderW SCardAddReaderToGroupW
                SCardRemoveReaderFromGroupW SCardIntroduceCardTypeW SCardForgetCardTypeW SCardReadCacheW SCardWriteCacheW
                SCardGetReaderIconW SCardGetDeviceTypeIdW SCardGetReaderDeviceInstanceIdW
                SCardListReadersWithDeviceInstanceIdW }

            #[unsafe(no_mangle)]
            extern "system" fn SCardAccessStartedEvent() -> *mut c_void {
                interface::started_event()
            }
            #[unsafe(no_mangle)]
            extern "system" fn SCardReleaseStartedEvent() {}

            #[unsafe(no_mangle)]
            static g_rgSCardT0Pci: IoRequest = interface::T0;
            #[unsafe(no_mangle)]
            static g_rgSCardT1Pci: IoRequest = interface::T1;
            #[unsafe(no_mangle)]
            static g_rgSCardRawPci: IoRequest = interface::RAW;
        };
    };
    ($library:expr, $character:ty: $connect:ident $status:ident $change:ident $groups:ident $list:ident $cards:ident
     $interfaces:ident $locate:ident $by_atr:ident $provider:ident $provider_name:ident $set_provider:ident
     $new_group:ident $no_group:ident $new_reader:ident $no_reader:ident $add:ident $remove:ident $new_card:ident
     $no_card:ident $read:ident $write:ident $icon:ident $device:ident $instance:ident $by_instance:ident) => {
        $crate::export! {
            $library;
            $connect(
                context: ContextNumber, reader: *const $character, share: Dword, preferred: Dword,
                handle: *mut HandleNumber, active: *mut Dword
            ) => connect(context, reader, share, preferred, handle, active);
            $status(
                handle: HandleNumber, name: *mut $character, name_length: *mut Dword, state: *mut Dword,
                protocol: *mut Dword, atr: *mut u8, atr_length: *mut Dword
            ) => status(handle, name, name_length, state, protocol, atr, atr_length);
            $change(context: ContextNumber, timeout: Dword, entries: *mut Entry<$character>, number: Dword)
                => status_change(context, timeout, entries, number);
            $groups(context: ContextNumber, names: *mut $character, length: *mut Dword)
                => groups(context, names, length);
            $list(
                context: ContextNumber, groups: *const $character, names: *mut $character, length: *mut Dword
            ) => list(context, groups, names, length);
            $cards(
                _context: ContextNumber, _atr: *const u8, _interfaces: *const c_void, _number: Dword,
                names: *mut $character, length: *mut Dword
            ) => nothing(names, length);
            $interfaces(
                _context: ContextNumber, _card: *const $character, _interfaces: *mut c_void, _number: *mut Dword
            ) => unknown_card();
            $locate(
                _context: ContextNumber, _cards: *const $character, _entries: *mut Entry<$character>, _number: Dword
            ) => unknown_card();
            $by_atr(
                _context: ContextNumber, _masks: *const c_void, _count: Dword, _entries: *mut Entry<$character>,
                _number: Dword
            ) => unsupported();
            $provider(_context: ContextNumber, _card: *const $character, _id: *mut c_void) => unknown_card();
            $provider_name(
                _context: ContextNumber, _card: *const $character, _which: Dword, _name: *mut $character,
                _length: *mut Dword
            ) => unknown_card();
            $set_provider(
                _context: ContextNumber, _card: *const $character, _which: Dword, _name: *const $character
            ) => unsupported();
            $new_group(_context: ContextNumber, _group: *const $character) => unsupported();
            $no_group(_context: ContextNumber, _group: *const $character) => unsupported();
            $new_reader(_context: ContextNumber, _reader: *const $character, _device: *const $character)
                => unsupported();
            $no_reader(_context: ContextNumber, _reader: *const $character) => unsupported();
            $add(_context: ContextNumber, _reader: *const $character, _group: *const $character) => unsupported();
            $remove(_context: ContextNumber, _reader: *const $character, _group: *const $character) => unsupported();
            $new_card(
                _context: ContextNumber, _card: *const $character, _provider: *const c_void,
                _interfaces: *const c_void, _number: Dword, _atr: *const u8, _mask: *const u8, _length: Dword
            ) => unsupported();
            $no_card(_context: ContextNumber, _card: *const $character) => unsupported();
            $read(
                context: ContextNumber, _card: *mut c_void, _freshness: Dword, _name: *const $character,
                _data: *mut u8, _length: *mut Dword
            ) => not_kept(context);
            $write(
                _context: ContextNumber, _card: *mut c_void, _freshness: Dword, _name: *const $character,
                _data: *const u8, _length: Dword
            ) => unsupported();
            $icon(_context: ContextNumber, _reader: *const $character, _icon: *mut u8, _length: *mut Dword)
                => unsupported();
            $device(_context: ContextNumber, _reader: *const $character, _id: *mut Dword) => unsupported();
            $instance(
                _context: ContextNumber, _reader: *const $character, _id: *mut $character, _length: *mut Dword
            ) => unsupported();
            $by_instance(
                _context: ContextNumber, _id: *const $character, _readers: *mut $character, _length: *mut Dword
            ) => unsupported();
        }
    };
    ($library:expr; $($name:ident($($argument:ident: $kind:ty),*) => $function:ident($($given:expr),*);)*) => {
        $(
            #[unsafe(no_mangle)]
            #[allow(unused_unsafe, reason = "some of them take no pointer, and are safe")]
            unsafe extern "system" fn $name($($argument: $kind),*) -> Long {
                // SAFETY: the program vouches for its pointers, as the function says.
                unsafe { interface::$function(&$library, $($given),*) }
            }
        )*
    };
}
