import type { RoleSlug } from '../../shared/identity/contract.ts';

/** Somebody of the demo school. */
export interface DemoPerson {
  email: string;
  name: string;
  role: RoleSlug;
  /** Whether the demo's password opens the account; the others are there to be seen. */
  signsIn: boolean;
}

/** Codes begin with the role (SCHEMA, Appendix D). */
export const codePrefix: Record<RoleSlug, string> = {
  student: 'STU',
  parent: 'PAR',
  moderator: 'MOD',
  instructor: 'INS',
  admin: 'ADM',
  super_admin: 'SUP',
};

const studentNames = [
  'Maya Lindqvist',
  'Tomás Herrera',
  'Aiko Yamamoto',
  'Kwame Boateng',
  'Priya Raghavan',
  'Lukas Brandt',
  'Fatima El Amrani',
  'Noah Okonkwo',
  'Zofia Kowalczyk',
  'Mateo Quispe',
  'Leila Hosseini',
  'Ethan Wójcik',
  'Nguyễn Minh Anh',
  'Ingrid Haugen',
  'Samuel Tesfaye',
  'Chloé Marchand',
  'Arjun Mehta',
  'Yara Haddad',
  'Oliver Pike',
  'Sofía Benítez',
  'Kai Nakoa',
  'Amina Diallo',
  'Dmytro Shevchenko',
  'Ji-woo Park',
  'Isabella Rossi',
  'Tane Ngata',
  'Elif Demir',
  'Benjamin Adler',
  'Wanjiru Kamau',
  'Mei Chen',
];

const teacher = (email: string, name: string, signsIn = false): DemoPerson => ({
  email,
  name,
  role: 'instructor',
  signsIn,
});

/** Everybody of the demo school; the students in the order of their numbers. */
export const people: readonly DemoPerson[] = [
  teacher('teacher@lectern.test', 'Helena Vargas', true),
  teacher('okafor@lectern.test', 'Amara Okafor'),
  teacher('tanaka@lectern.test', 'Kenji Tanaka'),
  ...studentNames.map((name, index) => ({
    email: `student${index + 1}@lectern.test`,
    name,
    role: 'student' as const,
    signsIn: true,
  })),
  { email: 'moderator@lectern.test', name: 'Rosa Delgado', role: 'moderator', signsIn: true },
  { email: 'admin@lectern.test', name: 'Jonas Weber', role: 'admin', signsIn: true },
  { email: 'parent@lectern.test', name: 'Karin Lindqvist', role: 'parent', signsIn: true },
];

export const studentEmail = (number: number): string => `student${number}@lectern.test`;
