import type { DeviceView, MemberDeviceView } from '../../../shared/identity/sessions.ts';
import type { DeviceRow } from './sessions.repository.ts';

/** @param currentId the sign-in that asks */
export function presentDevice(row: DeviceRow, currentId: string): DeviceView {
  return {
    id: row.id,
    deviceType: row.device_type,
    browser: row.browser,
    platform: row.platform,
    isMobile: row.is_mobile,
    ipAddress: row.ip_address,
    rememberMe: row.remember_me,
    signedInAt: new Date(row.created_at).toISOString(),
    lastActivityAt: new Date(row.last_activity_at).toISOString(),
    current: row.id === currentId,
  };
}

export function presentMemberDevice(row: DeviceRow, currentId: string): MemberDeviceView {
  return { ...presentDevice(row, currentId), userId: row.user_id, userName: row.user_name };
}
