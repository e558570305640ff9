/**
 * What can be allowed or denied, by slug (`<resource>.<action>`), with the sentence an administrator reads.
 * The catalogue is the code's; the rows of `permissions` mirror it (a test holds them together).
 */
export const permissionCatalogue = {
  'user.read': 'See the people of an organization',
  'user.create': 'Add people, one by one or from a list',
  'user.update': "Change other people's accounts",
  'user.suspend': 'Suspend, deactivate and reactivate people',
  'user.delete': 'Delete and restore people',
  'user.impersonate': 'Act as somebody else (audited)',
  'role.read': 'See roles and who has them',
  'role.manage': 'Create and change custom roles',
  'role.assign': 'Give roles and permissions, up to the own level',
  'organization.read': 'See an organization and its tree',
  'organization.manage': 'Change an organization, its settings and its tree',
  'organization.invite': 'Invite people',
  'course.read': 'See courses',
  'course.create': 'Create courses',
  'course.update': 'Change courses',
  'course.publish': 'Publish courses',
  'course.review': 'Review courses before they are published',
  'course.archive': 'Archive courses',
  'course.delete': 'Delete and restore courses',
  'course.enroll': 'Enrol in open courses',
  'category.manage': 'Arrange the categories of courses',
  'content.manage': 'Change the content of courses',
  'enrollment.read': 'See who is enrolled',
  'enrollment.manage': 'Enrol people and take them out',
  'enrollment.approve': 'Approve enrolments',
  'progress.read': "See learners' progress and attendance",
  'progress.override': "Correct learners' progress",
  'assessment.read': 'See assessments',
  'assessment.manage': 'Create and change assessments',
  'assessment.grade': 'Grade',
  'assessment.release': 'Release results',
  'attempt.start': 'Take assessments',
  'attempt.read': "See learners' attempts",
  'gradebook.read': 'See grades',
  'gradebook.manage': 'Change the gradebook',
  'gradebook.lock': 'Lock the gradebook',
  'proctoring.monitor': 'Watch proctored assessments',
  'proctoring.decide': 'Decide on incidents',
  'proctoring.appeal_decide': 'Decide on appeals',
  'live.join': 'Join live classes',
  'live.host': 'Start, lead and end live classes',
  'live.manage': 'Schedule and cancel live classes',
  'live.record': 'Record live classes',
  'note.read': 'Read shared notes',
  'note.edit': 'Write in shared notes',
  'note.manage': 'Manage shared notes',
  'forum.read': 'Read forums',
  'forum.post': 'Post in forums',
  'forum.moderate': 'Moderate forums',
  'forum.manage': 'Create and change forums',
  'message.send': 'Send messages',
  'message.broadcast': 'Send messages to many',
  'announcement.manage': 'Publish announcements',
  'announcement.emergency': 'Publish emergency announcements',
  'notification.manage': 'Manage notification templates',
  'payment.read': 'See payments',
  'payment.refund': 'Refund payments',
  'payout.request': 'Request payouts',
  'payout.approve': 'Approve payouts',
  'plan.manage': 'Manage subscription plans',
  'file.upload': 'Upload files',
  'file.manage': 'Manage the files of others',
  'badge.manage': 'Manage badges',
  'certificate.issue': 'Issue certificates',
  'certificate.revoke': 'Revoke certificates',
  'report.read': 'Read reports',
  'report.manage': 'Create and change reports',
  'analytics.read': 'Read analytics',
  'analytics.ingest': 'Send analytics events',
  'audit.read': 'Read the audit trail',
  'settings.read': 'See settings',
  'settings.manage': 'Change settings',
  'integration.manage': 'Connect other systems',
  'api_key.manage': 'See and revoke API keys of an organization',
  'job.manage': 'Manage jobs',
  'maintenance.manage': 'Plan maintenance',
  'backup.manage': 'Manage backups',
} as const;

export type Permission = keyof typeof permissionCatalogue;

export const permissions = Object.keys(permissionCatalogue) as [Permission, ...Permission[]];

/** What a right can be about. `system` is the installation; the others are looked up by their id. */
export const subjectTypes = [
  'system',
  'organization',
  'user',
  'course',
  'category',
  'live_session',
  'note',
  'file',
] as const;
export type SubjectType = (typeof subjectTypes)[number];

const wholeCourse = [
  'course.read',
  'course.update',
  'course.publish',
  'course.archive',
  'content.manage',
  'enrollment.read',
  'enrollment.manage',
  'enrollment.approve',
  'progress.read',
  'progress.override',
  'assessment.read',
  'assessment.manage',
  'assessment.grade',
  'assessment.release',
  'attempt.read',
  'gradebook.read',
  'gradebook.manage',
  'gradebook.lock',
  'proctoring.monitor',
  'proctoring.decide',
  'live.join',
  'live.host',
  'live.manage',
  'live.record',
  'note.read',
  'note.edit',
  'note.manage',
] as const satisfies readonly Permission[];

/**
 * What somebody may do because of what they are to a thing, without any role: the fourth step of a decision. A role's or a
 * person's explicit denial still wins.
 */
export const relationGrants = {
  /** Leads the course. */
  'course.instructor': wholeCourse,
  /** Is enrolled in it, and the enrolment gives access now. */
  'course.learner': ['course.read', 'live.join', 'note.read', 'attempt.start', 'forum.read', 'forum.post'],
  /** Is an active member of its organization, where it is in the catalogue for all to enter or to ask for a place. */
  'course.offered': ['course.enroll'],
  /** Leads the class. */
  'live_session.host': [
    'live.join',
    'live.host',
    'live.manage',
    'live.record',
    'note.read',
    'note.edit',
    'note.manage',
  ],
  /** Was asked into this one class, or came with its code. */
  'live_session.guest': ['live.join', 'note.read'],
  /** Was let into the class, may take part and is not only watching, while it runs: the class writes its note together. */
  'live_session.participant': ['note.edit'],
  /** The person themselves. */
  'user.self': ['user.read', 'user.update', 'progress.read', 'gradebook.read'],
  /** An active guardian of the person. */
  'user.guardian': ['user.read', 'progress.read', 'gradebook.read'],
  /** Their manager, directly or through others. */
  'user.manager': ['user.read', 'progress.read', 'enrollment.manage'],
  /** Any active member of the organization. */
  'organization.member': ['organization.read'],
  /** Looks after who is in it (membership role `manager`). */
  'organization.manager': ['organization.read', 'organization.invite', 'user.read'],
  /** Put the file there. */
  'file.owner': ['file.manage'],
} as const satisfies Record<string, readonly Permission[]>;

export type Relation = keyof typeof relationGrants;

/** The roles that every installation has. Rights hold for everything in the scope of the assignment. */
const learner = ['file.upload', 'message.send'] as const satisfies readonly Permission[];
const instructor = [
  ...learner,
  'course.create',
  'user.read',
  'badge.manage',
  'report.read',
] as const satisfies readonly Permission[];
const superOnly = [
  'user.impersonate',
  'integration.manage',
  'job.manage',
  'maintenance.manage',
  'backup.manage',
  'analytics.ingest',
] as const satisfies readonly Permission[];

/** Own permissions of the system roles, without what they inherit. The first migration of access control writes the same. */
export const systemRoleGrants: Record<string, readonly Permission[]> = {
  student: learner,
  parent: learner,
  instructor,
  moderator: [
    ...learner,
    'user.read',
    'course.read',
    'live.join',
    'note.read',
    'forum.read',
    'forum.post',
    'forum.moderate',
  ],
  admin: permissions.filter(
    (slug) =>
      !(superOnly as readonly string[]).includes(slug) && !(instructor as readonly string[]).includes(slug),
  ),
  super_admin: superOnly,
  course_assistant: [
    'course.read',
    'content.manage',
    'enrollment.read',
    'progress.read',
    'assessment.read',
    'assessment.grade',
    'attempt.read',
    'gradebook.read',
    'live.join',
    'live.host',
    'live.manage',
    'note.read',
    'note.edit',
    'note.manage',
  ],
  course_observer: ['course.read', 'live.join', 'note.read', 'progress.read'],
  course_proctor: ['course.read', 'proctoring.monitor'],
};
