/** What somebody of the demo school tells about themselves. */
export interface DemoProfile {
  email: string;
  bio: string;
  jobTitle?: string;
  department?: string;
  employeeId?: string;
  hireDate?: string;
  location?: string;
  country?: string;
  visibility?: 'public' | 'organization' | 'private';
  reportsTo?: string;
  skills?: readonly string[];
  links?: Record<string, string>;
  /** The most important first: words, and categories by their slug. */
  interests?: readonly (string | { category: string })[];
  /** Of people who never sign in themselves. */
  activeHoursAgo?: number;
}

const head = 'admin@lectern.test';
const helena = 'teacher@lectern.test';
const amara = 'okafor@lectern.test';
const kenji = 'tanaka@lectern.test';
const rosa = 'moderator@lectern.test';
const student = (number: number): string => `student${number}@lectern.test`;

/** Most pupils have told nothing yet, as at any school. */
export const profiles: readonly DemoProfile[] = [
  {
    email: head,
    bio: 'I look after the timetable, the rooms and everything that beeps. My door is open on Tuesdays and Thursdays after the last lesson.',
    jobTitle: 'Deputy head',
    department: 'School office',
    employeeId: 'RS-004',
    hireDate: '2014-08-01',
    location: 'Riverside',
    skills: ['Timetables', 'Data protection'],
  },
  {
    email: helena,
    bio: 'Biologist by training, teacher by conviction. I spent six years counting frogs in cloud forests before I found out that explaining them is even better.\n\nIn my classes you draw, measure and ask. Write to me in the class chat; I answer in the evening.',
    jobTitle: 'Head of science',
    department: 'Science',
    employeeId: 'RS-017',
    hireDate: '2017-08-15',
    location: 'Riverside',
    visibility: 'public',
    reportsTo: head,
    skills: ['Field biology', 'Statistics', 'Scientific drawing', 'Spanish'],
    links: { website: 'https://helena-vargas.example', mastodon: 'https://scholar.example/@helena' },
    interests: ['machine learning', 'beekeeping', 'swahili'],
  },
  {
    email: amara,
    bio: 'I read for a living and consider myself lucky. Ask me for a book, and tell me the last one that you did not finish.',
    jobTitle: 'Teacher of literature',
    department: 'Languages',
    employeeId: 'RS-021',
    hireDate: '2019-02-01',
    location: 'Riverside',
    reportsTo: head,
    skills: ['World literature', 'Debating', 'Igbo', 'French'],
    links: { website: 'https://okafor-reads.example' },
    interests: ['oral history', 'radio plays'],
    activeHoursAgo: 3,
  },
  {
    email: kenji,
    bio: 'Assistant in the labs. If it has a cable, I have probably repaired it.',
    jobTitle: 'Laboratory assistant',
    department: 'Science',
    employeeId: 'RS-036',
    hireDate: '2023-09-01',
    location: 'Riverside',
    reportsTo: helena,
    skills: ['Electronics', '3D printing'],
    links: { github: 'https://github.com/kenji-tanaka-example' },
    interests: ['teaching physics', 'sign language'],
    activeHoursAgo: 20,
  },
  {
    email: rosa,
    bio: 'I keep an eye on the discussions so that everybody gets to speak.',
    jobTitle: 'School counsellor',
    department: 'School office',
    employeeId: 'RS-029',
    hireDate: '2021-01-11',
    reportsTo: head,
    skills: ['Mediation'],
    interests: ['psychology', 'chess'],
    activeHoursAgo: 44,
  },
  {
    email: student(1),
    bio: 'Class speaker of 10B. I sail, I take photographs of birds, and I would like to study marine biology.',
    location: 'Riverside',
    skills: ['Photography', 'Swedish', 'Knots'],
    interests: [
      'marine biology',
      { category: 'biology' },
      'photography',
      { category: 'mathematics' },
      'icelandic',
    ],
  },
  {
    email: student(2),
    bio: 'Guitar, football, and sometimes homework. Here for a year with my host family, at home in Valparaíso.',
    country: 'CL',
    skills: ['Guitar', 'Spanish'],
    interests: ['music theory', { category: 'physics' }, 'acoustics'],
  },
  {
    email: student(3),
    bio: 'I build small robots that mostly fall over.',
    skills: ['Soldering', 'Python'],
    interests: [{ category: 'robotics' }, 'programming', { category: 'physics' }, 'control theory'],
  },
  {
    email: student(5),
    bio: 'Editor of the school newspaper. Tell me your story!',
    visibility: 'public',
    skills: ['Writing', 'Layout'],
    interests: [{ category: 'literature' }, 'journalism', 'photography', 'history'],
  },
  { email: student(8), bio: 'Nothing to see here.', visibility: 'private' },
];

/** Who follows whom, the oldest first. */
export const follows: readonly (readonly [follower: string, followee: string])[] = [
  [student(1), helena],
  [student(3), helena],
  [student(8), helena],
  [student(5), amara],
  [student(2), helena],
  [student(7), amara],
  [kenji, helena],
  [student(12), helena],
  [helena, kenji],
  [student(3), kenji],
  [student(2), student(1)],
  [student(5), student(1)],
  [student(1), student(5)],
  [student(1), student(3)],
  [student(4), student(1)],
  [student(16), helena],
  [helena, amara],
  [amara, helena],
  ['parent@lectern.test', helena],
  [rosa, student(5)],
  [student(1), student(2)],
];

/** Teachers who learn. */
export const learning = [
  { email: kenji, course: 'PHY-11L', status: 'in_progress' },
  { email: rosa, course: 'LIT-10', status: 'completed' },
] as const;
